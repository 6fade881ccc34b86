package dev.wherry.apiserver.discovery;

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
  record ServedVersion(String version, List<ServedResource> resources, boolean stale) {
    public ServedVersion {
      resources = List.copyOf(resources);
    }
  }

  /**
   * A resource.
   *
   * @param plural name in paths
   * @param verbs get, list, watch, create, update, patch, delete, deletecollection
   */
  record ServedResource(
      String group,
      String version,
      String kind,
      String plural,
      String singular,
      boolean namespaced,
      List<String> verbs,
      List<String> shortNames,
      List<String> categories,
      List<ServedSubresource> subresources) {
    public ServedResource {
      verbs = List.copyOf(verbs);
      shortNames = List.copyOf(shortNames);
      categories = List.copyOf(categories);
      subresources = List.copyOf(subresources);
    }
  }

  /**
   * A subresource and the kind it answers with, such as scale with autoscaling/v1 Scale.
   *
   * @param name path after the object: {@code status}, {@code scale}
   */
  record ServedSubresource(
      String name, String group, String version, String kind, List<String> verbs) {
    public ServedSubresource {
      verbs = List.copyOf(verbs);
    }
  }
}
