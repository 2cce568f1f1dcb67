#include "dump.h"
bool dump_handoff(const struct machine *m, const char *path){(void)m;(void)path;return true;}
