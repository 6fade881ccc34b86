package dev.wherry.kubelet.resource;

import java.io.IOException;
import java.util.Optional;

/** Who makes groups and gives them their limits: the file system or systemd. */
sealed interface CgroupTree permits CgroupFiles, CgroupSlices, TimedTree {
  /** Makes a group and those above it. */
  void make(CgroupName name) throws IOException;

  /**
   * Gives a group that has been made what it may use.
   *
   * @param pidsMax zero or less leaves it as it is
   */
  void limit(CgroupName name, PodLimits limits, long pidsMax) throws IOException;

  /** Gives a group of the middle its weight among its neighbours. */
  void weigh(CgroupName name, long shares) throws IOException;

  /** Removes a group; one that is still in use may stay. */
  void remove(CgroupName name);

  /** What the runtime is told. */
  String parent(CgroupName name);

  /** Where the group lies below a hierarchy, without a leading slash. */
  String directory(CgroupName name);

  /** The last part of the name of a group by its directory's name; empty for no group of ours. */
  Optional<String> part(CgroupName above, String directory);
}
