package dev.wherry.kubelet.volume;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Shares of NFS servers, mounted by the kernel itself and so without mount.nfs. Used by pods'
 * workers.
 */
final class NfsVolumes {
  private static final String KIND = "nfs";
  private static final int PERMISSION = 1;
  private static final int NO_ENTRY = 2;
  private static final int ACCESS = 13;
  private static final int NO_DEVICE = 19;
  private static final int INVALID = 22;
  private static final int PROTOCOL_UNKNOWN = 93;
  private static final int TIMED_OUT = 110;
  private static final int REFUSED = 111;

  private final PodDirs dirs;
  private final Mounts mounts;

  NfsVolumes(PodDirs dirs, Mounts mounts) {
    this.dirs = dirs;
    this.mounts = mounts;
  }

  /**
   * Mounts a share for a pod unless it is mounted.
   *
   * @param name of the volume among the pod's
   * @return where
   * @throws VolumeException with what is missing or what the server said
   */
  Path prepare(String podUid, String name, NfsShare share) throws VolumeException, IOException {
    Path place = dirs.volume(podUid, KIND, name);
    if (Mounts.mounted(place)) {
      return place;
    }
    InetAddress address;
    try {
      address = InetAddress.getByName(share.server());
    } catch (UnknownHostException _) {
      throw new VolumeException(failed(share, "nobody knows the server's name"));
    }
    Files.createDirectories(place);
    int errno = PROTOCOL_UNKNOWN;
    for (String data : share.data(address)) {
      errno = mounts.share(place, KIND, share.source(), share.flags(), data);
      if (errno != PROTOCOL_UNKNOWN) {
        break;
      }
    }
    if (errno != 0) {
      throw new VolumeException(failed(share, why(errno)));
    }
    return place;
  }

  private static String failed(NfsShare share, String why) {
    return "mounting " + share.source() + " by NFS: " + why;
  }

  private static String why(int errno) {
    return switch (errno) {
      case NO_DEVICE ->
          "this node's kernel has no NFS client (modules nfs and nfsv4); load or install them";
      case PROTOCOL_UNKNOWN ->
          "the server, or this node's kernel, speaks none of NFS "
              + String.join(", ", NfsShare.VERSIONS)
              + " nor what mountOptions ask for";
      case PERMISSION, ACCESS -> "access denied by the server";
      case NO_ENTRY -> "the server has no such directory";
      case INVALID -> "the kernel does not take the volume's mountOptions";
      case TIMED_OUT -> "the server does not answer";
      case REFUSED -> "connection refused by the server";
      default -> "errno " + errno;
    };
  }
}
