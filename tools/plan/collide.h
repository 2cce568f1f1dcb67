/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which two ranges collide when there is no room: the planner says how much it wanted and how
 * much there was; this adds where it would have gone by rights, and what is there.
 */
#ifndef PLAN_COLLIDE_H
#define PLAN_COLLIDE_H

#include "tools/plan/plan_case.h"
#include "tools/plan/regions.h"

/* Fill in a and b of c->why where the planner has left them empty. */
void collide_find(struct plan_case *c, const struct regions *regions);

#endif
