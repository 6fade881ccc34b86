package dev.wherry.network.netlink;

/** The error numbers of Linux that this module tells apart; the same on x86-64 and arm64. */
public final class Errno {
  public static final int EPERM = 1;
  public static final int ENOENT = 2;
  public static final int ESRCH = 3;
  public static final int EINTR = 4;
  public static final int EAGAIN = 11;
  public static final int EBUSY = 16;
  public static final int EEXIST = 17;
  public static final int ENODEV = 19;
  public static final int EINVAL = 22;
  public static final int ERESTART = 85;
  public static final int EOPNOTSUPP = 95;
  public static final int EADDRINUSE = 98;
  public static final int EADDRNOTAVAIL = 99;
  public static final int ENETUNREACH = 101;
  public static final int ENOBUFS = 105;

  private Errno() {}

  /** The error's name, or its number. */
  public static String name(int errno) {
    return switch (errno) {
      case EPERM -> "EPERM: no right to change the network";
      case ENOENT -> "ENOENT: no such object";
      case ESRCH -> "ESRCH: no such entry";
      case EINTR -> "EINTR: interrupted";
      case EAGAIN -> "EAGAIN: no answer in time";
      case EBUSY -> "EBUSY: the object is in use";
      case EEXIST -> "EEXIST: the object exists";
      case ENODEV -> "ENODEV: no such interface";
      case EINVAL -> "EINVAL: the kernel does not know this request";
      case ERESTART -> "ERESTART: the tables changed meanwhile";
      case EOPNOTSUPP -> "EOPNOTSUPP: the kernel lacks this feature";
      case EADDRINUSE -> "EADDRINUSE: the address is taken";
      case EADDRNOTAVAIL -> "EADDRNOTAVAIL: no such address";
      case ENETUNREACH -> "ENETUNREACH: no way there";
      case ENOBUFS -> "ENOBUFS: messages were lost";
      default -> "errno " + errno;
    };
  }
}
