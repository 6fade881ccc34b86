package dev.wherry.network.ingress.kinds;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.network.trees.TreeObject;
import dev.wherry.network.trees.Trees;
import java.util.List;

/** Who may name objects of another namespace (Gateway API's ReferenceGrant). */
record Grants(List<TreeObject> grants) {
  Grants {
    grants = List.copyOf(grants);
  }

  /**
   * @param fromKind of Gateway API's group
   * @param toKind of the core group
   */
  boolean allow(
      String fromKind, String fromNamespace, String toKind, String toNamespace, String name) {
    if (fromNamespace.equals(toNamespace)) {
      return true;
    }
    for (TreeObject grant : grants) {
      if (grant.metadata().namespace().equals(toNamespace)
          && from(grant.spec().path("from"), fromKind, fromNamespace)
          && to(grant.spec().path("to"), toKind, name)) {
        return true;
      }
    }
    return false;
  }

  private static boolean from(JsonNode list, String kind, String namespace) {
    for (JsonNode from : list) {
      if (Trees.text(from, "group").equals(GatewayKinds.GROUP)
          && Trees.text(from, "kind").equals(kind)
          && Trees.text(from, "namespace").equals(namespace)) {
        return true;
      }
    }
    return false;
  }

  private static boolean to(JsonNode list, String kind, String name) {
    for (JsonNode to : list) {
      String only = Trees.text(to, "name");
      if (Trees.text(to, "group").isEmpty()
          && Trees.text(to, "kind").equals(kind)
          && (only.isEmpty() || only.equals(name))) {
        return true;
      }
    }
    return false;
  }
}
