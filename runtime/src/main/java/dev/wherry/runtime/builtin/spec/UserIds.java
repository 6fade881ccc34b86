package dev.wherry.runtime.builtin.spec;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.proto.cri.v1.IDMapping;
import dev.wherry.proto.cri.v1.NamespaceMode;
import dev.wherry.proto.cri.v1.NamespaceOption;
import java.util.List;
import java.util.Optional;

/**
 * Who of the host the users and groups of a pod are, from 0 inside upwards. As containerd, one
 * range of each, since all that asks is the kubelet (KEP-127).
 *
 * @param uid the host's user who is root inside
 * @param gid the host's group that is root's inside
 * @param count how many there are of each
 */
public record UserIds(long uid, long gid, long count) {
  /**
   * What CRI asks for; empty where the pod has the host's ids.
   *
   * @throws IllegalArgumentException for what cannot be had, with a sentence
   */
  public static Optional<UserIds> of(NamespaceOption wanted) {
    if (!wanted.hasUsernsOptions() || wanted.getUsernsOptions().getMode() == NamespaceMode.NODE) {
      return Optional.empty();
    }
    if (wanted.getUsernsOptions().getMode() != NamespaceMode.POD) {
      throw new IllegalArgumentException("a user namespace is the pod's or the node's");
    }
    UserIds ids =
        of(wanted.getUsernsOptions().getUidsList(), wanted.getUsernsOptions().getGidsList());
    if (wanted.getNetwork() == NamespaceMode.NODE
        || wanted.getPid() == NamespaceMode.NODE
        || wanted.getIpc() == NamespaceMode.NODE) {
      throw new IllegalArgumentException(
          "a pod with a user namespace has no namespace of the node's beside it");
    }
    return Optional.of(ids);
  }

  static UserIds of(List<IDMapping> users, List<IDMapping> groups) {
    if (users.size() != 1 || groups.size() != 1) {
      throw new IllegalArgumentException(
          "a user namespace has one range of users and one of groups");
    }
    IDMapping user = users.getFirst();
    IDMapping group = groups.getFirst();
    long count = Integer.toUnsignedLong(user.getLength());
    if (user.getContainerId() != 0
        || group.getContainerId() != 0
        || count == 0
        || user.getLength() != group.getLength()) {
      throw new IllegalArgumentException(
          "a user namespace has as many groups as users, both from 0 on");
    }
    return new UserIds(
        Integer.toUnsignedLong(user.getHostId()), Integer.toUnsignedLong(group.getHostId()), count);
  }

  void writeTo(ObjectNode linux) {
    linux
        .putArray("uidMappings")
        .addObject()
        .put("containerID", 0)
        .put("hostID", uid)
        .put("size", count);
    linux
        .putArray("gidMappings")
        .addObject()
        .put("containerID", 0)
        .put("hostID", gid)
        .put("size", count);
  }
}
