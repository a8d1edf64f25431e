//===- FaultShim.cpp - System calls that fail when told to --------------------------===//
//
// Loaded by LD_PRELOAD in front of the C library. IARC_FAULT=CALL:N:ERROR lets the N-th
// such call fail: write (also pwrite; not to standard streams), fsync, rename, unlink,
// ftruncate, mkdir, pread, open (to write or of a folder; also mkostemp). ERROR is ENOSPC, EIO,
// EROFS, or TORN: half of the bytes are written, the next call fails with ENOSPC. The
// file named by IARC_FAULT_FIRED is made when it came to that.
//
//===----------------------------------------------------------------------===//

#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

namespace {

int calls = 0;
bool torn = false; // the next one fails

/// The error that this call is to have, 0 for none; -1: TORN.
int faultOf(const char *call) {
  const char *fault = std::getenv("IARC_FAULT");
  size_t length = std::strlen(call);
  if (!fault || std::strncmp(fault, call, length) != 0 || fault[length] != ':')
    return 0;
  char *end = nullptr;
  long wanted = std::strtol(fault + length + 1, &end, 10);
  if (++calls != wanted)
    return 0;
  if (const char *fired = std::getenv("IARC_FAULT_FIRED"))
    syscall(SYS_openat, AT_FDCWD, fired, O_CREAT | O_WRONLY, 0666);
  const char *name = end + 1;
  return !std::strcmp(name, "ENOSPC")   ? ENOSPC
         : !std::strcmp(name, "EROFS")  ? EROFS
         : !std::strcmp(name, "EACCES") ? EACCES
         : !std::strcmp(name, "TORN")   ? -1
                                        : EIO;
}

bool fails(const char *call) {
  int fault = faultOf(call);
  if (fault == 0)
    return false;
  errno = fault < 0 ? EIO : fault;
  return true;
}

template <class F> F *next(const char *name) {
  return reinterpret_cast<F *>(dlsym(RTLD_NEXT, name));
}

/// What a write is to do: go on with `size` bytes, or fail.
bool writeFails(int file, size_t &size) {
  if (file <= STDERR_FILENO)
    return false;
  if (torn) {
    torn = false;
    errno = ENOSPC;
    return true;
  }
  int fault = faultOf("write");
  if (fault < 0) {
    torn = true;
    size = (size + 1) / 2;
    return false;
  }
  errno = fault;
  return fault > 0;
}

} // namespace

extern "C" {

ssize_t write(int file, const void *bytes, size_t size) {
  if (writeFails(file, size))
    return -1;
  return next<ssize_t(int, const void *, size_t)>("write")(file, bytes, size);
}

ssize_t pwrite(int file, const void *bytes, size_t size, off_t offset) {
  if (writeFails(file, size))
    return -1;
  return next<ssize_t(int, const void *, size_t, off_t)>("pwrite")(file, bytes, size, offset);
}

ssize_t pread(int file, void *bytes, size_t size, off_t offset) {
  return fails("pread")
             ? -1
             : next<ssize_t(int, void *, size_t, off_t)>("pread")(file, bytes, size, offset);
}

int fsync(int) { return fails("fsync") ? -1 : 0; } // no test cuts the power: spare the disk

int rename(const char *from, const char *to) {
  return fails("rename") ? -1 : next<int(const char *, const char *)>("rename")(from, to);
}

int unlink(const char *path) {
  return fails("unlink") ? -1 : next<int(const char *)>("unlink")(path);
}

int ftruncate(int file, off_t size) {
  return fails("ftruncate") ? -1 : next<int(int, off_t)>("ftruncate")(file, size);
}

int mkdir(const char *path, mode_t mode) {
  return fails("mkdir") ? -1 : next<int(const char *, mode_t)>("mkdir")(path, mode);
}

int open(const char *path, int flags, ...) {
  mode_t mode = 0;
  if (flags & O_CREAT) {
    va_list list;
    va_start(list, flags);
    mode = mode_t(va_arg(list, unsigned));
    va_end(list);
  }
  if ((flags & (O_CREAT | O_WRONLY | O_RDWR | O_DIRECTORY)) && fails("open"))
    return -1;
  return next<int(const char *, int, ...)>("open")(path, flags, mode);
}

int mkostemp(char *name, int flags) {
  return fails("open") ? -1 : next<int(char *, int)>("mkostemp")(name, flags);
}

} // extern "C"
