package dev.wherry.kubelet.image;

import dev.wherry.kubelet.pod.PodApi;
import dev.wherry.kubelet.pod.PodView;
import dev.wherry.proto.cri.v1.AuthConfig;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * With what a node may pull an image for a pod: the pod's secrets, then what the node's providers
 * know. Safe for many threads.
 */
public final class PullCredentials {
  private static final System.Logger LOG = System.getLogger(PullCredentials.class.getName());

  private final List<CredentialPlugin> plugins;

  private PullCredentials(List<CredentialPlugin> plugins) {
    this.plugins = List.copyOf(plugins);
  }

  /**
   * Reads which providers there are.
   *
   * @throws IOException with a sentence that tells all that is wrong with the file
   */
  public static PullCredentials open(ImageCredentials where, InstantSource clock)
      throws IOException {
    if (where.file().isEmpty()) {
      return new PullCredentials(List.of());
    }
    List<CredentialPlugin> plugins = new ArrayList<>();
    for (CredentialConfig.Provider provider : CredentialConfig.read(where).providers()) {
      plugins.add(new CredentialPlugin(provider, clock));
    }
    return new PullCredentials(plugins);
  }

  /**
   * In the order in which they are tried; empty credentials alone where nobody knows any. A
   * provider that fails is left out, as upstream does.
   *
   * @param fullName the image's, with tag or digest
   */
  List<AuthConfig> find(PodApi api, PodView pod, String fullName) throws InterruptedException {
    Set<AuthConfig> all = new LinkedHashSet<>();
    AuthConfig secret = PullSecrets.find(api, pod, fullName);
    if (!secret.equals(AuthConfig.getDefaultInstance())) {
      all.add(secret);
    }
    String image = repository(fullName);
    for (CredentialPlugin plugin : plugins) {
      try {
        all.addAll(plugin.find(image));
      } catch (IOException | RuntimeException e) {
        LOG.log(
            Level.WARNING,
            "no credentials provider={0} image={1}: {2}",
            plugin.name(),
            image,
            e.getMessage());
      }
    }
    return all.isEmpty() ? List.of(AuthConfig.getDefaultInstance()) : List.copyOf(all);
  }

  /** The name without tag and digest. */
  private static String repository(String fullName) {
    int at = fullName.indexOf('@');
    String name = at < 0 ? fullName : fullName.substring(0, at);
    int colon = name.lastIndexOf(':');
    return colon > name.lastIndexOf('/') ? name.substring(0, colon) : name;
  }
}
