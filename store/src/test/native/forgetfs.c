/*
 * forgetfs: a file system in memory that forgets, for power-cut and disk-full tests.
 *
 *   forgetfs -s -f MOUNTPOINT        prints "ready" once it is mounted
 *
 * A change of a file is kept by fsync of the file, a change of a directory (create, remove, rename)
 * by fsync of the directory: no more than POSIX promises. Each file and directory has an undo log
 * since its last fsync; a power cut plays it back.
 *
 * Written to /.control:
 *   cut 0         forget everything that was not synced; from here on every call fails with EIO
 *   cut SEED      the same, but a random part of what was not synced reached the disk: a prefix of
 *                 each file's writes, the last one torn (cut short, or zeros), and a prefix of each
 *                 directory's changes
 *   up            power is back; handles from before stay dead
 *   limit BYTES   the size of the disk
 *   sync fail     fsync fails with EIO; "sync ok" ends it
 * Read from /.control: "syncs=N used=BYTES".
 *
 * One thread (-s), so nothing is locked.
 */
#define FUSE_USE_VERSION 31
#define _GNU_SOURCE
#include <errno.h>
#include <fuse3/fuse.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

enum { BLOCK_BYTES = 4096, CONTROL_BYTES_MAX = 128 };
static const char CONTROL[] = "/.control";

struct inode;

/* One entry of a directory; the link holds a reference to its inode. */
struct link {
  char *name;
  struct inode *target;
  struct link *next;
};

/* How to take back one change; newest first. */
struct undo {
  struct undo *next;
  size_t old_size; /* file: size before */
  size_t offset;   /* file: where bytes were overwritten or cut off */
  size_t length;
  char *bytes;
  char *name; /* directory: the entry that changed */
  struct inode *old_target; /* directory: what it was before, or NULL; holds a reference */
};

struct inode {
  uint64_t number;
  int directory;
  mode_t mode;
  int references;
  int links;
  char *data;
  size_t size, capacity;
  struct link *entries;
  struct undo *undo;
  struct inode *previous, *next; /* all inodes */
};

/* An open file; dead after a power cut. */
struct handle {
  struct inode *inode;
  unsigned generation;
};

static struct inode *root, *all, *control;
static uint64_t next_number = 2, syncs, used, limit = UINT64_MAX, random_state;
static unsigned generation;
static int down, sync_fails;

static uint64_t random_below(uint64_t bound) {
  random_state ^= random_state << 13;
  random_state ^= random_state >> 7;
  random_state ^= random_state << 17;
  return bound == 0 ? 0 : random_state % bound;
}

static void *checked(void *memory) {
  if (memory == NULL) {
    perror("forgetfs");
    abort();
  }
  return memory;
}

static struct inode *inode_new(int directory, mode_t mode) {
  struct inode *inode = checked(calloc(1, sizeof *inode));
  inode->number = next_number++;
  inode->directory = directory;
  inode->mode = mode & 07777;
  inode->next = all;
  if (all != NULL) all->previous = inode;
  all = inode;
  return inode;
}

static void undo_drop(struct inode *inode);

static void release(struct inode *inode) {
  if (inode == NULL || --inode->references > 0) return;
  undo_drop(inode);
  while (inode->entries != NULL) {
    struct link *link = inode->entries;
    inode->entries = link->next;
    release(link->target);
    free(link->name);
    free(link);
  }
  used -= inode->size;
  if (inode->previous != NULL) inode->previous->next = inode->next;
  else all = inode->next;
  if (inode->next != NULL) inode->next->previous = inode->previous;
  free(inode->data);
  free(inode);
}

static void undo_free(struct undo *undo) {
  release(undo->old_target);
  free(undo->name);
  free(undo->bytes);
  free(undo);
}

/* What happened is durable now. */
static void undo_drop(struct inode *inode) {
  while (inode->undo != NULL) {
    struct undo *undo = inode->undo;
    inode->undo = undo->next;
    undo_free(undo);
  }
}

static struct undo *undo_new(struct inode *inode) {
  struct undo *undo = checked(calloc(1, sizeof *undo));
  undo->next = inode->undo;
  inode->undo = undo;
  return undo;
}

/* ---- files */

static void resize(struct inode *file, size_t size) {
  if (size > file->capacity) {
    size_t capacity = size + size / 2 + BLOCK_BYTES;
    file->data = checked(realloc(file->data, capacity));
    file->capacity = capacity;
  }
  if (size > file->size) memset(file->data + file->size, 0, size - file->size);
  used += size;
  used -= file->size;
  file->size = size;
}

/* Remembers the bytes from offset on, as far as there are any. */
static void remember(struct inode *file, size_t offset, size_t length) {
  struct undo *undo = undo_new(file);
  undo->old_size = file->size;
  undo->offset = offset;
  if (offset < file->size) {
    undo->length = length < file->size - offset ? length : file->size - offset;
    undo->bytes = checked(malloc(undo->length + 1));
    memcpy(undo->bytes, file->data + offset, undo->length);
  }
}

static int cut_to(struct inode *file, size_t size) {
  if (size > file->size && used + (size - file->size) > limit) return -ENOSPC;
  remember(file, size, SIZE_MAX);
  resize(file, size);
  return 0;
}

/* ---- directories */

static struct link *entry(struct inode *directory, const char *name) {
  struct link *link = directory->entries;
  while (link != NULL && strcmp(link->name, name) != 0) link = link->next;
  return link;
}

/* Points a name at an inode, or at nothing. */
static void entry_set(struct inode *directory, const char *name, struct inode *target) {
  struct link **at = &directory->entries;
  while (*at != NULL && strcmp((*at)->name, name) != 0) at = &(*at)->next;
  if (target != NULL) {
    target->references++;
    target->links++;
  }
  if (*at == NULL) {
    if (target == NULL) return;
    struct link *link = checked(calloc(1, sizeof *link));
    link->name = checked(strdup(name));
    link->target = target;
    link->next = directory->entries;
    directory->entries = link;
    return;
  }
  struct link *link = *at;
  struct inode *old = link->target;
  if (target == NULL) {
    *at = link->next;
    free(link->name);
    free(link);
  } else {
    link->target = target;
  }
  old->links--;
  release(old);
}

/* The same as a change that a power cut may take back. */
static void entry_change(struct inode *directory, const char *name, struct inode *target) {
  struct undo *undo = undo_new(directory);
  struct link *old = entry(directory, name);
  undo->name = checked(strdup(name));
  undo->old_target = old == NULL ? NULL : old->target;
  if (undo->old_target != NULL) undo->old_target->references++;
  entry_set(directory, name, target);
}

static struct inode *find(const char *path) {
  struct inode *at = root;
  char *copy = checked(strdup(path)), *rest = NULL;
  for (char *name = strtok_r(copy, "/", &rest); name != NULL && at != NULL;
       name = strtok_r(NULL, "/", &rest)) {
    struct link *link = at->directory ? entry(at, name) : NULL;
    at = link == NULL ? NULL : link->target;
  }
  free(copy);
  return at;
}

static struct inode *find_parent(const char *path, const char **name) {
  const char *slash = strrchr(path, '/');
  char *folder = checked(strndup(path, slash - path));
  struct inode *parent = find(folder);
  free(folder);
  *name = slash + 1;
  return parent != NULL && parent->directory ? parent : NULL;
}

/* ---- the power cut */

static void undo_one(struct inode *inode) {
  struct undo *undo = inode->undo;
  inode->undo = undo->next;
  if (undo->name != NULL) {
    entry_set(inode, undo->name, undo->old_target);
  } else {
    resize(inode, undo->old_size);
    if (undo->length > 0) memcpy(inode->data + undo->offset, undo->bytes, undo->length);
  }
  undo_free(undo);
}

static void forget(struct inode *inode, int partly) {
  uint64_t changes = 0;
  for (struct undo *undo = inode->undo; undo != NULL; undo = undo->next) changes++;
  uint64_t kept = partly ? random_below(changes + 1) : 0;
  char *torn = NULL;
  size_t torn_size = 0;
  while (changes-- > kept) {
    struct undo *lost = inode->undo;
    if (changes == kept && partly && !inode->directory && inode->size > lost->old_size) {
      torn_size = inode->size - lost->old_size;
      torn = checked(malloc(torn_size));
      memcpy(torn, inode->data + lost->old_size, torn_size);
    }
    undo_one(inode);
  }
  /* Of a lost write that lengthened the file, a part may be there, or only the new length. */
  uint64_t how = random_below(3);
  if (torn != NULL && how > 0) {
    size_t from = inode->size, part = random_below(torn_size);
    resize(inode, from + part);
    if (how == 1) memcpy(inode->data + from, torn, part);
  }
  free(torn);
  undo_drop(inode);
}

static void power_cut(uint64_t seed) {
  random_state = seed * 0x9E3779B97F4A7C15u + 1;
  for (struct inode *inode = all; inode != NULL; inode = inode->next) inode->references++;
  for (struct inode *inode = all; inode != NULL; inode = inode->next) forget(inode, seed != 0);
  for (struct inode *inode = all; inode != NULL;) {
    struct inode *next = inode->next;
    release(inode);
    inode = next;
  }
  generation++;
  down = 1;
}

static int command(const char *text) {
  unsigned long long number;
  if (sscanf(text, "cut %llu", &number) == 1) power_cut(number);
  else if (sscanf(text, "limit %llu", &number) == 1) limit = number;
  else if (strncmp(text, "up", 2) == 0) down = 0;
  else if (strncmp(text, "sync fail", 9) == 0) sync_fails = 1;
  else if (strncmp(text, "sync ok", 7) == 0) sync_fails = 0;
  else return -EINVAL;
  return 0;
}

/* ---- calls */

static struct handle *handle_of(struct fuse_file_info *info) {
  return (struct handle *)(uintptr_t)info->fh;
}

/* The inode behind a handle, or NULL when the power was cut since it was opened. */
static struct inode *live(struct fuse_file_info *info) {
  struct handle *handle = handle_of(info);
  if (handle->inode == control) return control;
  return down || handle->generation != generation ? NULL : handle->inode;
}

/* The inode that a call means: by its handle where it has one, else by path; sets the error. */
static struct inode *meant(const char *path, struct fuse_file_info *info, int *error) {
  *error = -EIO;
  if (info != NULL) return live(info);
  if (strcmp(path, CONTROL) == 0) return control;
  if (down && strcmp(path, "/") != 0) return NULL;
  *error = -ENOENT;
  return find(path);
}

static int open_inode(struct inode *inode, struct fuse_file_info *info) {
  struct handle *handle = checked(calloc(1, sizeof *handle));
  handle->inode = inode;
  handle->generation = generation;
  inode->references++;
  info->fh = (uintptr_t)handle;
  info->direct_io = 1;
  return 0;
}

static int fs_getattr(const char *path, struct stat *out, struct fuse_file_info *info) {
  int error;
  struct inode *inode = meant(path, info, &error);
  memset(out, 0, sizeof *out);
  if (inode == NULL) return error;
  out->st_ino = inode->number;
  out->st_mode = (inode->directory ? S_IFDIR : S_IFREG) | inode->mode;
  out->st_nlink = inode->links > 0 ? inode->links : 1;
  out->st_size = (off_t)inode->size;
  out->st_blocks = (blkcnt_t)((inode->size + 511) / 512);
  out->st_blksize = BLOCK_BYTES;
  return 0;
}

static int add(const char *path, struct inode *inode) {
  const char *name;
  struct inode *parent = find_parent(path, &name);
  int result = parent == NULL ? -ENOENT : entry(parent, name) != NULL ? -EEXIST : 0;
  inode->references++;
  if (result == 0) entry_change(parent, name, inode);
  release(inode);
  return result;
}

static int fs_mkdir(const char *path, mode_t mode) {
  return down ? -EIO : add(path, inode_new(1, mode));
}

static int fs_create(const char *path, mode_t mode, struct fuse_file_info *info) {
  if (down) return -EIO;
  struct inode *file = inode_new(0, mode);
  file->references++;
  int result = add(path, file);
  if (result == 0) open_inode(file, info);
  release(file);
  return result;
}

static int remove_entry(const char *path, int directory) {
  if (down) return -EIO;
  const char *name;
  struct inode *parent = find_parent(path, &name);
  struct link *link = parent == NULL ? NULL : entry(parent, name);
  if (link == NULL) return -ENOENT;
  if (link->target->directory != directory) return directory ? -ENOTDIR : -EISDIR;
  if (directory && link->target->entries != NULL) return -ENOTEMPTY;
  entry_change(parent, name, NULL);
  return 0;
}

static int fs_unlink(const char *path) { return remove_entry(path, 0); }

static int fs_rmdir(const char *path) { return remove_entry(path, 1); }

static int fs_rename(const char *from, const char *to, unsigned flags) {
  if (down) return -EIO;
  if (flags != 0) return -EINVAL;
  const char *old_name, *new_name;
  struct inode *old_parent = find_parent(from, &old_name), *inode = find(from);
  struct inode *new_parent = find_parent(to, &new_name), *over = find(to);
  if (inode == NULL || new_parent == NULL) return -ENOENT;
  if (over == inode) return 0;
  if (over != NULL && over->directory && over->entries != NULL) return -ENOTEMPTY;
  entry_change(new_parent, new_name, inode);
  entry_change(old_parent, old_name, NULL);
  return 0;
}

static int fs_link(const char *from, const char *to) {
  if (down) return -EIO;
  struct inode *inode = find(from);
  if (inode == NULL) return -ENOENT;
  return add(to, inode);
}

static int fs_open(const char *path, struct fuse_file_info *info) {
  int error;
  struct inode *inode = meant(path, NULL, &error);
  return inode == NULL ? error : open_inode(inode, info);
}

static int fs_release(const char *path, struct fuse_file_info *info) {
  (void)path;
  struct handle *handle = handle_of(info);
  release(handle->inode);
  free(handle);
  return 0;
}

static int control_read(char *out, size_t size, off_t offset) {
  char text[CONTROL_BYTES_MAX];
  int length = snprintf(text, sizeof text, "syncs=%llu used=%llu\n", (unsigned long long)syncs,
                        (unsigned long long)used);
  if (offset >= length) return 0;
  size_t left = (size_t)(length - offset);
  size_t copied = size < left ? size : left;
  memcpy(out, text + offset, copied);
  return (int)copied;
}

static int control_write(const char *in, size_t size) {
  char text[CONTROL_BYTES_MAX] = {0};
  memcpy(text, in, size < sizeof text - 1 ? size : sizeof text - 1);
  int result = command(text);
  return result == 0 ? (int)size : result;
}

static int fs_read(const char *path, char *out, size_t size, off_t offset,
                   struct fuse_file_info *info) {
  (void)path;
  struct inode *file = live(info);
  if (file == control) return control_read(out, size, offset);
  if (file == NULL) return -EIO;
  if ((size_t)offset >= file->size) return 0;
  if (size > file->size - (size_t)offset) size = file->size - (size_t)offset;
  memcpy(out, file->data + offset, size);
  return (int)size;
}

static int fs_write(const char *path, const char *in, size_t size, off_t offset,
                    struct fuse_file_info *info) {
  (void)path;
  struct inode *file = live(info);
  if (file == control) return control_write(in, size);
  if (file == NULL) return -EIO;
  size_t end = (size_t)offset + size;
  if (end > file->size && used + (end - file->size) > limit) return -ENOSPC;
  remember(file, (size_t)offset, size);
  if (end > file->size) resize(file, end);
  memcpy(file->data + offset, in, size);
  return (int)size;
}

static int fs_truncate(const char *path, off_t size, struct fuse_file_info *info) {
  int error;
  struct inode *file = meant(path, info, &error);
  if (file == control) return 0;
  return file == NULL ? error : cut_to(file, (size_t)size);
}

static int fs_fsync(const char *path, int data_only, struct fuse_file_info *info) {
  (void)path, (void)data_only;
  struct inode *inode = live(info);
  if (inode == NULL || (sync_fails && inode != control)) return -EIO;
  syncs++;
  undo_drop(inode);
  return 0;
}

static int fs_readdir(const char *path, void *buffer, fuse_fill_dir_t fill, off_t offset,
                      struct fuse_file_info *info, enum fuse_readdir_flags flags) {
  (void)path, (void)offset, (void)flags;
  struct inode *directory = live(info);
  if (directory == NULL) return -EIO;
  fill(buffer, ".", NULL, 0, 0);
  fill(buffer, "..", NULL, 0, 0);
  for (struct link *link = directory->entries; link != NULL; link = link->next) {
    fill(buffer, link->name, NULL, 0, 0);
  }
  return 0;
}

static int fs_statfs(const char *path, struct statvfs *out) {
  (void)path;
  uint64_t size = limit == UINT64_MAX ? (uint64_t)1 << 40 : limit;
  memset(out, 0, sizeof *out);
  out->f_bsize = out->f_frsize = BLOCK_BYTES;
  out->f_blocks = size / BLOCK_BYTES;
  out->f_bfree = out->f_bavail = used > size ? 0 : (size - used) / BLOCK_BYTES;
  out->f_namemax = 255;
  return 0;
}

static void *fs_init(struct fuse_conn_info *connection, struct fuse_config *config) {
  (void)connection;
  config->hard_remove = 1;
  config->nullpath_ok = 1;
  config->use_ino = 1;
  config->entry_timeout = config->attr_timeout = config->negative_timeout = 0;
  puts("ready");
  fflush(stdout);
  return NULL;
}

static const struct fuse_operations operations = {
    .init = fs_init,         .getattr = fs_getattr, .mkdir = fs_mkdir,       .create = fs_create,
    .unlink = fs_unlink,     .rmdir = fs_rmdir,     .rename = fs_rename,     .link = fs_link,
    .open = fs_open,         .release = fs_release, .read = fs_read,         .write = fs_write,
    .truncate = fs_truncate, .fsync = fs_fsync,     .fsyncdir = fs_fsync,    .opendir = fs_open,
    .releasedir = fs_release, .readdir = fs_readdir, .statfs = fs_statfs,
};

int main(int argc, char **argv) {
  root = inode_new(1, 0755);
  control = inode_new(0, 0600);
  root->references = control->references = root->links = 1;
  return fuse_main(argc, argv, &operations, NULL);
}
