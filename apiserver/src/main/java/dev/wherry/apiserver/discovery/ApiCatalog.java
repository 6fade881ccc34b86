package dev.wherry.apiserver.discovery;

import dev.wherry.model.kind.ResourceInfo;
import java.util.List;

/** What the server serves now; the registry implements it. */
public interface ApiCatalog {
  /** Changes whenever {@link #groups} would answer differently. */
  long generation();

  /** All groups in order of preference; the core group has the name "". */
  List<ServedGroup> groups();

  /**
   * A group.
   *
   * @param versions preferred version first
   */
  record ServedGroup(String name, List<ServedVersion> versions) {
    public ServedGroup {
      versions = List.copyOf(versions);
    }
  }

  /**
   * One version of a group.
   *
   * @param stale whether the server behind it could not be asked (an aggregated API)
   */
  record ServedVersion(String version, List<ResourceInfo> resources, boolean stale) {
    public ServedVersion {
      resources = List.copyOf(resources);
    }
  }
}
