package dev.wherry.network.nodes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.model.Bytes;
import dev.wherry.model.core.v1.Node;
import dev.wherry.model.json.Json;
import dev.wherry.network.wireguard.WireGuardKey;
import java.util.Map;
import java.util.Optional;

/**
 * What a node says in annotations of its Node, so that others encrypt what they send to its pods.
 *
 * @param publicKey of its WireGuard interface
 * @param port UDP, at each of its addresses
 */
record PublishedKey(Bytes publicKey, int port) {
  static final String KEY = "wherry.dev/wireguard-public-key";
  static final String PORT = "wherry.dev/wireguard-port";

  private static final int PORT_MAX = 65_535;

  /** Empty for a node that says nothing that can be read. */
  static Optional<PublishedKey> of(Node node) {
    Map<String, String> annotations = node.metadata().annotations();
    int port = port(annotations.getOrDefault(PORT, ""));
    return port == 0
        ? Optional.empty()
        : WireGuardKey.parse(annotations.getOrDefault(KEY, ""))
            .map(key -> new PublishedKey(key, port));
  }

  private static int port(String text) {
    try {
      int port = Integer.parseInt(text);
      return port > 0 && port <= PORT_MAX ? port : 0;
    } catch (NumberFormatException e) {
      return 0;
    }
  }

  /** The merge patch that makes a node say it, or nothing; empty when it does so already. Pure. */
  static Optional<JsonNode> patch(Node node, Optional<PublishedKey> wanted) {
    Map<String, String> said = node.metadata().annotations();
    boolean same =
        wanted.isPresent()
            ? of(node).equals(wanted)
            : !said.containsKey(KEY) && !said.containsKey(PORT);
    if (same) {
      return Optional.empty();
    }
    ObjectNode patch = Json.object();
    ObjectNode annotations = patch.putObject("metadata").putObject("annotations");
    if (wanted.isPresent()) {
      annotations.put(KEY, WireGuardKey.text(wanted.get().publicKey()));
      annotations.put(PORT, String.valueOf(wanted.get().port()));
    } else {
      annotations.putNull(KEY).putNull(PORT);
    }
    return Optional.of(patch);
  }
}
