package dev.wherry.apiserver.openapi;

import dev.wherry.apiserver.discovery.ApiCatalog;
import dev.wherry.apiserver.discovery.BuiltInNames;
import dev.wherry.model.kind.KindInfo;
import java.util.List;

/** A few kinds of every sort: namespaced, cluster-wide, with scale, with a kind no schema knows. */
final class FixtureCatalog implements ApiCatalog {
  private static final List<String> VERBS =
      List.of("create", "delete", "deletecollection", "get", "list", "patch", "update", "watch");

  private static ServedVersion version(KindInfo... kinds) {
    return new ServedVersion(
        kinds[0].version(),
        List.of(kinds).stream().map(k -> BuiltInNames.describe(k, VERBS)).toList(),
        false);
  }

  @Override
  public long generation() {
    return 1;
  }

  @Override
  public List<ServedGroup> groups() {
    return List.of(
        new ServedGroup(
            "",
            List.of(
                version(
                    new KindInfo("", "v1", "Pod", "pods", true),
                    new KindInfo("", "v1", "Namespace", "namespaces", false),
                    new KindInfo("", "v1", "ConfigMap", "configmaps", true)))),
        new ServedGroup(
            "apps",
            List.of(version(new KindInfo("apps", "v1", "Deployment", "deployments", true)))),
        new ServedGroup(
            "example.org",
            List.of(version(new KindInfo("example.org", "v1", "Widget", "widgets", true)))));
  }
}
