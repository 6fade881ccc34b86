package dev.wherry.network.netlink;

import java.io.IOException;
import java.io.Serial;

/** The kernel refused a request. */
public final class NetlinkException extends IOException {
  @Serial private static final long serialVersionUID = 1;

  private final int errno;

  /**
   * @param errno one of {@link Errno} or another
   * @param what the request, with the kernel's own words (extended acknowledgement) if it gave some
   */
  public NetlinkException(int errno, String what) {
    super(what + ": " + Errno.name(errno));
    this.errno = errno;
  }

  public int errno() {
    return errno;
  }
}
