package dev.wherry.apiserver.openapi;

import dev.wherry.apiserver.discovery.ApiCatalog;
import dev.wherry.apiserver.discovery.BuiltInCatalog;
import dev.wherry.model.kind.BuiltinKinds;
import dev.wherry.model.kind.KindInfo;
import dev.wherry.model.kind.ResourceInfo;
import java.util.ArrayList;
import java.util.List;

/** Every built-in resource, and one of a kind that no schema knows. */
final class FixtureCatalog {
  private FixtureCatalog() {}

  static ApiCatalog create() {
    List<ResourceInfo> all = new ArrayList<>(BuiltinKinds.all());
    all.add(
        new ResourceInfo(
            new KindInfo("example.org", "v1", "Widget", "widgets", true),
            "widget",
            List.of(),
            List.of(),
            List.of(
                "create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"),
            List.of()));
    return new BuiltInCatalog(all);
  }
}
