// Loaded before the program by LD_PRELOAD; makes one call fail. By the environment:
//   LF_FAIL_ALLOC=k       the k-th malloc, calloc or realloc finds no memory
//   LF_FAIL_CALL=name     the k-th of these calls fails (k in LF_FAIL_AT): open, write,
//                         fsync, close, rename, mkdir, link, unlink
//   LF_FAIL_WRITE_BYTE=b  no file can be written to once b bytes are written in all;
//                         the last write before is cut short
//   LF_FAIL_ERRNO=e       with this number (default: EIO; ENOSPC for bytes)
//   LF_FAIL_KEEP=1        and every one after it fails too
//   LF_FAIL_COUNT=FILE    how often it was called (bytes: written) is put there at exit
// Standard output and error are left alone. The calls of the C library among itself are
// not seen.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *old, size_t size);

static unsigned long fail_alloc, fail_at, fail_byte;
static const char *fail_call = "", *count_file;
static int fail_errno;
static bool keep, by_bytes, ready;
static unsigned long allocs, calls, bytes;

static unsigned long number(const char *name)
{
    const char *text = getenv(name);
    return text ? strtoul(text, NULL, 10) : 0;
}

__attribute__((constructor)) static void begin(void)
{
    fail_alloc = number("LF_FAIL_ALLOC");
    fail_at = number("LF_FAIL_AT");
    fail_byte = number("LF_FAIL_WRITE_BYTE");
    by_bytes = getenv("LF_FAIL_WRITE_BYTE");
    fail_errno = (int)number("LF_FAIL_ERRNO");
    if (!fail_errno)
        fail_errno = by_bytes ? ENOSPC : EIO;
    keep = number("LF_FAIL_KEEP");
    fail_call = getenv("LF_FAIL_CALL") ? getenv("LF_FAIL_CALL") : "";
    count_file = getenv("LF_FAIL_COUNT");
    ready = true;
}

__attribute__((destructor)) static void end(void)
{
    char text[40];
    if (!count_file)
        return;
    ready = false;
    unsigned long n = fail_call[0] ? calls : by_bytes ? bytes : allocs;
    int len = snprintf(text, sizeof text, "%lu\n", n);
    int fd = open(count_file, O_WRONLY | O_CREAT | O_TRUNC, 0666);
    if (fd < 0 || write(fd, text, (size_t)len) != len)
        abort();
    close(fd);
}

// ---------------------------------------------------------------------------- memory

static bool no_memory(void)
{
    unsigned long k = ready ? __atomic_add_fetch(&allocs, 1, __ATOMIC_RELAXED) : 0;
    if (!fail_alloc || !ready || (keep ? k < fail_alloc : k != fail_alloc))
        return false;
    errno = ENOMEM;
    return true;
}

void *malloc(size_t size)
{
    return no_memory() ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    return no_memory() ? NULL : __libc_calloc(count, size);
}

void *realloc(void *old, size_t size)
{
    return no_memory() ? NULL : __libc_realloc(old, size);
}

// ---------------------------------------------------------------------------- calls

static bool fails(const char *name)
{
    if (!ready || strcmp(name, fail_call) != 0)
        return false;
    calls++;
    if (!fail_at || (keep ? calls < fail_at : calls != fail_at))
        return false;
    errno = fail_errno;
    return true;
}

#define REAL(name) real = real ? real : (__typeof__(&name))dlsym(RTLD_NEXT, #name)

#define OPEN(name, params, args, flags)                                                \
    int name params                                                                    \
    {                                                                                  \
        static __typeof__(&name) real;                                                 \
        mode_t mode = 0;                                                               \
        if (flags & (O_CREAT | O_TMPFILE)) {                                           \
            va_list more;                                                              \
            va_start(more, flags);                                                     \
            mode = va_arg(more, mode_t);                                               \
            va_end(more);                                                              \
        }                                                                              \
        REAL(name);                                                                    \
        return fails("open") ? -1 : real args;                                         \
    }
OPEN(open, (const char *path, int flags, ...), (path, flags, mode), flags)
OPEN(open64, (const char *path, int flags, ...), (path, flags, mode), flags)
OPEN(openat, (int dir, const char *path, int flags, ...), (dir, path, flags, mode),
     flags)
OPEN(openat64, (int dir, const char *path, int flags, ...), (dir, path, flags, mode),
     flags)

#define CALL(kind, name, params, args)                                                 \
    int name params                                                                    \
    {                                                                                  \
        static __typeof__(&name) real;                                                 \
        REAL(name);                                                                    \
        return fails(kind) ? -1 : real args;                                           \
    }
CALL("fsync", fsync, (int fd), (fd))
CALL("fsync", fdatasync, (int fd), (fd))
CALL("rename", rename, (const char *a, const char *b), (a, b))
CALL("rename", renameat, (int x, const char *a, int y, const char *b), (x, a, y, b))
CALL("rename", renameat2, (int x, const char *a, int y, const char *b, unsigned how),
     (x, a, y, b, how))
CALL("mkdir", mkdir, (const char *path, mode_t mode), (path, mode))
CALL("mkdir", mkdirat, (int dir, const char *path, mode_t mode), (dir, path, mode))
CALL("link", link, (const char *a, const char *b), (a, b))
CALL("link", linkat, (int x, const char *a, int y, const char *b, int how),
     (x, a, y, b, how))
CALL("unlink", unlink, (const char *path), (path))
CALL("unlink", unlinkat, (int dir, const char *path, int how), (dir, path, how))

int close(int fd)
{
    static __typeof__(&close) real;
    REAL(close);
    bool bad = fails("close");
    int number = errno, ok = real(fd); // it is closed all the same
    errno = bad ? number : errno;
    return bad ? -1 : ok;
}

static bool plain(int fd)
{
    struct stat st;
    return fd > 2 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
}

// How many of n bytes still go; -1: none.
static ssize_t room(int fd, size_t n)
{
    if (!ready || !plain(fd))
        return (ssize_t)n;
    if (fails("write"))
        return -1;
    if (!by_bytes)
        return (ssize_t)n;
    if (fail_byte && bytes >= fail_byte && n) {
        errno = fail_errno;
        return -1;
    }
    if (fail_byte && n > fail_byte - bytes)
        n = fail_byte - bytes;
    bytes += n;
    return (ssize_t)n;
}

#define WRITE(name, params, args)                                                      \
    ssize_t name params                                                                \
    {                                                                                  \
        static __typeof__(&name) real;                                                 \
        REAL(name);                                                                    \
        ssize_t can = room(fd, n);                                                     \
        if (can < 0)                                                                   \
            return -1;                                                                 \
        n = (size_t)can;                                                               \
        return real args;                                                              \
    }
WRITE(write, (int fd, const void *from, size_t n), (fd, from, n))
WRITE(pwrite, (int fd, const void *from, size_t n, off_t at), (fd, from, n, at))
WRITE(pwrite64, (int fd, const void *from, size_t n, off_t at), (fd, from, n, at))

// The C library's own streams write inside it.
size_t fwrite(const void *from, size_t size, size_t count, FILE *f)
{
    static __typeof__(&fwrite) real;
    REAL(fwrite);
    if (f == stdout || f == stderr)
        return real(from, size, count, f);
    ssize_t can = room(fileno(f), size * count);
    if (can < 0)
        return 0;
    return size ? real(from, 1, (size_t)can, f) / size : 0;
}
