package dev.wherry.kubelet.server;

import java.util.List;

/** Who asks, by the client certificate. */
record Caller(String user, List<String> groups) {
  static final Caller ANONYMOUS = new Caller("system:anonymous", List.of("system:unauthenticated"));
  static final String MASTERS = "system:masters";

  Caller {
    groups = List.copyOf(groups);
  }

  boolean anonymous() {
    return groups.contains("system:unauthenticated");
  }
}
