/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A path becomes a node: part by part from the root, with symbolic links put in the place of
 * the part that names them.
 *
 * The folders that were gone through are kept, because `..` means the folder above the one
 * that a link led to. What is left of the path lies at the end of a buffer, so that a link's
 * text can be put before it.
 */
#include "file_system.h"

#include "stub/base/text.h"

_Static_assert(FS_PATH == 1024 && FS_LINKS == 16 && FS_DEPTH == 32, "said in refusals");

struct walk {
	struct file_system *fs;
	struct fs_node folder[FS_DEPTH];
	uint32_t depth;      /* folder[depth] is where we are */
	struct fs_node here; /* what the last part named */
	uint32_t links;
	uint64_t found; /* parts that are there */
	char path[FS_PATH];
	uint64_t at; /* what is left: path[at..FS_PATH) */
};

static enum refusal_code
refuse_path(struct refusal *ret_why, const char *what)
{
	refuse(ret_why, REFUSAL_DISK_PATH, 0, 0, 0);
	ret_why->detail = what;
	return REFUSAL_DISK_PATH;
}

static bool
is_named(const struct file_system *fs, const struct fs_entry *e, struct span part)
{
	if (e->name_len != part.size)
		return false;
	for (uint32_t i = 0; i < e->name_len; i++) {
		uint8_t a = (uint8_t)e->name[i], b = part.base[i];

		if (a != b && (fs->kind != FS_FAT || text_lower(a) != text_lower(b)))
			return false;
	}
	return true;
}

/* Put a text, and a `/` behind it, before what is left of the path. */
static enum refusal_code
prepend(struct walk *w, struct span text, struct refusal *ret_why)
{
	if (text.size >= w->at)
		return refuse_path(ret_why, "a path of more than 1023 bytes");
	w->path[--w->at] = '/';
	w->at -= text.size;
	memcpy(w->path + w->at, text.base, (size_t)text.size);
	return REFUSAL_NONE;
}

/* Take the next part off the path; empty at its end. */
static struct span
take_part(struct walk *w)
{
	uint64_t start;

	while (w->at < FS_PATH && w->path[w->at] == '/')
		w->at++;
	start = w->at;
	while (w->at < FS_PATH && w->path[w->at] != '/')
		w->at++;
	return (struct span){(const uint8_t *)w->path + start, w->at - start};
}

/* Look a name up in the folder where we are. */
static enum refusal_code
look_up(struct walk *w, struct span part, struct fs_node *ret_node, struct refusal *ret_why)
{
	struct fs_cursor cursor = {0};
	struct fs_entry entry;
	bool found;
	enum refusal_code code;

	do {
		code = fs_next(w->fs, &w->folder[w->depth], &cursor, &found, &entry, ret_why);
		if (code)
			return code;
	} while (found && !is_named(w->fs, &entry, part));
	if (!found)
		return refuse(ret_why, REFUSAL_DISK_NO_FILE, 0, w->found, 0);
	*ret_node = entry.node;
	return fs_stat(w->fs, ret_node, ret_why);
}

/* Put a link's text in the place of the part that named it. */
static enum refusal_code
follow(struct walk *w, const struct fs_node *link, struct refusal *ret_why)
{
	uint8_t text[FS_PATH];
	enum refusal_code code;

	if (w->links++ == FS_LINKS)
		return refuse_path(ret_why, "more than 16 symbolic links");
	if (link->size > FS_PATH)
		return refuse_path(ret_why, "a path of more than 1023 bytes");
	if ((code = fs_read(w->fs, link, 0, link->size, text, ret_why)))
		return code;
	if (link->size && text[0] == '/')
		w->depth = 0;
	w->here = w->folder[w->depth];
	return prepend(w, (struct span){text, link->size}, ret_why);
}

static enum refusal_code
enter(struct walk *w, const struct fs_node *folder, struct refusal *ret_why)
{
	if (w->depth + 1 == FS_DEPTH)
		return refuse_path(ret_why, "more than 31 folders inside each other");
	w->folder[++w->depth] = *folder;
	w->here = *folder;
	return REFUSAL_NONE;
}

/* Go where one part leads. */
static enum refusal_code
go(struct walk *w, struct span part, struct refusal *ret_why)
{
	struct fs_node node = {.type = FS_OTHER};
	enum refusal_code code;

	if (w->here.type != FS_DIRECTORY)
		return refuse_path(ret_why, "a file that is used as a folder");
	if (span_equals(part, "."))
		return REFUSAL_NONE;
	if (span_equals(part, "..")) {
		w->depth -= w->depth ? 1 : 0;
		w->here = w->folder[w->depth];
		return REFUSAL_NONE;
	}
	if ((code = look_up(w, part, &node, ret_why)))
		return code;
	w->found++;
	if (node.type == FS_LINK)
		return follow(w, &node, ret_why);
	if (node.type == FS_DIRECTORY)
		return enter(w, &node, ret_why);
	w->here = node;
	return REFUSAL_NONE;
}

enum refusal_code
fs_find(struct file_system *fs, struct span path, struct fs_node *ret_node,
        struct refusal *ret_why)
{
	struct walk w;
	struct span part;
	enum refusal_code code;

	w.fs = fs;
	w.here = w.folder[0] = fs_root(fs);
	w.depth = w.links = 0;
	w.found = 0;
	w.at = FS_PATH;
	if ((code = prepend(&w, path, ret_why)))
		return code;
	while (!code && (part = take_part(&w)).size)
		code = go(&w, part, ret_why);
	if (!code)
		*ret_node = w.here;
	return code;
}

enum refusal_code
fs_find_file(struct file_system *fs, struct span path, struct fs_node *ret_node,
        struct refusal *ret_why)
{
	struct fs_node node;
	enum refusal_code code = fs_find(fs, path, &node, ret_why);

	if (code)
		return code;
	if (node.type != FS_FILE)
		return refuse_path(
		        ret_why, node.type == FS_DIRECTORY ? "a folder" : "no regular file");
	*ret_node = node;
	return REFUSAL_NONE;
}

void
fs_split(struct span path, struct span *ret_folder, struct span *ret_name)
{
	uint64_t at = path.size;

	while (at && path.base[at - 1] != '/')
		at--;
	*ret_folder = (struct span){path.base, at};
	*ret_name = (struct span){path.base + at, path.size - at};
}
