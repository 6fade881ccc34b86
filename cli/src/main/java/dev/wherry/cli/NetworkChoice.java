package dev.wherry.cli;

import dev.wherry.network.netlink.NetlinkException;
import dev.wherry.network.wireguard.WireGuardKernel;
import dev.wherry.network.wireguard.WireGuardKey;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Which parts of a node's network are Wherry's own. The pod network is the same for the server and
 * every agent, encrypted or not; the Service proxy is each node's own affair.
 *
 * @param pods whether pods are connected by it, else by a CNI plugin that the user installs
 * @param services whether Services are balanced by it, else by a proxy that the user runs
 * @param encrypted whether pods' packets to other nodes are encrypted by WireGuard
 */
public record NetworkChoice(boolean pods, boolean services, boolean encrypted) {
  static final String BUILT_IN_WORD = "built-in";
  static final String NONE_WORD = "none";

  static final String WIREGUARD_WORD = "wireguard";

  /** Everything, and nothing encrypted. */
  public static final NetworkChoice BUILT_IN = new NetworkChoice(true, true, false);

  private static final String KEY_FILE = "network/wireguard.key";

  /**
   * What {@code --pod-network}, {@code --service-proxy} and {@code --node-encryption} say.
   *
   * @throws IllegalArgumentException with a sentence
   */
  static NetworkChoice parse(String pods, String services, String encryption) {
    if (!encryption.equals(WIREGUARD_WORD) && !encryption.equals(NONE_WORD)) {
      throw new IllegalArgumentException(
          "--node-encryption " + encryption + ": write wireguard or none");
    }
    NetworkChoice choice =
        new NetworkChoice(
            builtIn("--pod-network", pods),
            builtIn("--service-proxy", services),
            encryption.equals(WIREGUARD_WORD));
    if (choice.encrypted && !choice.pods) {
      throw new IllegalArgumentException(
          "--node-encryption=wireguard is for --pod-network=built-in: another's network encrypts by"
              + " itself");
    }
    return choice;
  }

  /**
   * The key of a node that encrypts.
   *
   * @throws IOException with a sentence, where it is to and cannot: nothing goes unencrypted then
   */
  Optional<WireGuardKey> key(Path dataDirectory, SecureRandom random) throws IOException {
    if (!encrypted) {
      return Optional.empty();
    }
    try {
      if (!WireGuardKernel.isPresent()) {
        throw new IOException(
            "--node-encryption=wireguard: this kernel has no WireGuard; load its module (modprobe"
                + " wireguard) or install a kernel that has it");
      }
    } catch (NetlinkException e) {
      throw new IOException("--node-encryption=wireguard: " + e.getMessage(), e);
    }
    return Optional.of(WireGuardKey.in(dataDirectory.resolve(KEY_FILE), random));
  }

  private static boolean builtIn(String flag, String word) {
    if (!word.equals(BUILT_IN_WORD) && !word.equals(NONE_WORD)) {
      throw new IllegalArgumentException(flag + " " + word + ": write built-in or none");
    }
    return word.equals(BUILT_IN_WORD);
  }

  /** The flags again, for a process of its own. */
  List<String> arguments() {
    List<String> arguments = new ArrayList<>();
    if (!pods) {
      arguments.add("--pod-network=" + NONE_WORD);
    }
    if (!services) {
      arguments.add("--service-proxy=" + NONE_WORD);
    }
    if (encrypted) {
      arguments.add("--node-encryption=" + WIREGUARD_WORD);
    }
    return arguments;
  }
}
