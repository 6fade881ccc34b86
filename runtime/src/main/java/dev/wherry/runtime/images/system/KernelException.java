package dev.wherry.runtime.images.system;

import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** A call that the kernel refused; the message has the call, what it was for and the reason. */
public final class KernelException extends IOException {
  /** Not permitted. */
  public static final int EPERM = 1;

  /** No such file. */
  public static final int ENOENT = 2;

  /** There is one already. */
  public static final int EEXIST = 17;

  /** Another file system. */
  public static final int EXDEV = 18;

  /** The file system's kind is not known. */
  public static final int ENODEV = 19;

  /** Not a directory. */
  public static final int ENOTDIR = 20;

  /** A directory. */
  public static final int EISDIR = 21;

  /** An argument the kernel does not take. */
  public static final int EINVAL = 22;

  /** The directory has something in it. */
  public static final int ENOTEMPTY = 39;

  /** Too many symbolic links, or one where none may be. */
  public static final int ELOOP = 40;

  /** The file system has no such thing. */
  public static final int EOPNOTSUPP = 95;

  private static final long serialVersionUID = 1L;

  private final int errno;

  KernelException(String call, String subject, int errno, String reason) {
    super(call + " " + readable(subject) + ": " + reason);
    this.errno = errno;
  }

  /** The error number of Linux. */
  public int errno() {
    return errno;
  }

  private static String readable(String raw) {
    return new String(raw.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
  }
}
