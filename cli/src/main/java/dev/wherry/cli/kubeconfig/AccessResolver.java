package dev.wherry.cli.kubeconfig;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.machinery.address.AddressText;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;

/** Turns a context and the flags of a command into an {@link Access}; flags win over files. */
public final class AccessResolver {
  private static final Path POD_ACCOUNT = Path.of("/var/run/secrets/kubernetes.io/serviceaccount");

  private AccessResolver() {}

  /** The flags; "" where one was not given. */
  public record Overrides(
      String context,
      String cluster,
      String user,
      String namespace,
      String server,
      String authorityFile,
      String certificateFile,
      String keyFile,
      String token,
      String tlsServerName,
      boolean insecure,
      String impersonate,
      List<String> impersonateGroups) {
    public static final Overrides NONE =
        new Overrides("", "", "", "", "", "", "", "", "", "", false, "", List.of());

    public Overrides {
      impersonateGroups = List.copyOf(impersonateGroups);
    }
  }

  /**
   * Resolves the context named by the flags, or the current one.
   *
   * @throws KubeconfigException in kubectl's words when there is no such context, cluster or user,
   *     or a file it names cannot be read
   */
  public static Access resolve(Kubeconfig config, Overrides flags) {
    String contextName = first(flags.context(), config.currentContext());
    if (config.isEmpty() && flags.server().isEmpty() && flags.context().isEmpty()) {
      return inPod(flags);
    }
    if (!contextName.isEmpty() && config.entry(Section.CONTEXTS, contextName).isEmpty()) {
      throw new KubeconfigException(
          flags.context().isEmpty()
              ? "current-context \"" + contextName + "\" is not in the kubeconfig"
              : "context \"" + contextName + "\" does not exist");
    }
    JsonNode context = config.resolved(Section.CONTEXTS, contextName);
    String clusterName = first(flags.cluster(), context.path("cluster").asText(""));
    String userName = first(flags.user(), context.path("user").asText(""));
    require(config, Section.CLUSTERS, clusterName, flags.cluster());
    require(config, Section.USERS, userName, flags.user());
    JsonNode cluster = config.resolved(Section.CLUSTERS, clusterName);
    JsonNode user = config.resolved(Section.USERS, userName);
    String server = first(flags.server(), cluster.path("server").asText(""));
    if (server.isEmpty()) {
      throw new KubeconfigException(
          "no server is known: the kubeconfig has no current context (see 'config get-contexts')");
    }
    return new Access(
        server.contains("://") ? server : "https://" + server,
        pem(cluster, "certificate-authority", flags.authorityFile()),
        flags.insecure() || cluster.path("insecure-skip-tls-verify").asBoolean(),
        first(flags.tlsServerName(), cluster.path("tls-server-name").asText("")),
        pem(user, "client-certificate", flags.certificateFile()),
        pem(user, "client-key", flags.keyFile()),
        first(flags.token(), token(user)),
        user.path("username").asText(""),
        user.path("password").asText(""),
        first(flags.impersonate(), user.path("as").asText("")),
        flags.impersonateGroups(),
        flags.token().isEmpty()
            ? ExecPlugin.spec(user.path("exec"), config.folderOf(Section.USERS, userName))
            : ExecPlugin.Spec.NONE,
        first(flags.namespace(), first(context.path("namespace").asText(""), "default")));
  }

  private static void require(Kubeconfig config, Section section, String name, String flag) {
    if (!name.isEmpty() && config.entry(section, name).isEmpty()) {
      String what = section == Section.USERS ? "auth info" : "cluster";
      throw new KubeconfigException(
          flag.isEmpty()
              ? "the context names a " + section.body() + " that does not exist: " + name
              : what + " \"" + name + "\" does not exist");
    }
  }

  /** Inside a pod the service account's token and authority are there. */
  private static Access inPod(Overrides flags) {
    String host = System.getenv().getOrDefault("KUBERNETES_SERVICE_HOST", "");
    Path token = POD_ACCOUNT.resolve("token");
    if (host.isEmpty() || !Files.isReadable(token)) {
      throw new KubeconfigException(
          "no kubeconfig was found: 'wherry up' starts a cluster and writes one, or set KUBECONFIG");
    }
    String port = System.getenv().getOrDefault("KUBERNETES_SERVICE_PORT", "443");
    return new Access(
        "https://" + AddressText.bracketed(host) + ":" + port,
        text(POD_ACCOUNT.resolve("ca.crt")),
        false,
        "",
        "",
        "",
        first(flags.token(), text(token).strip()),
        "",
        "",
        flags.impersonate(),
        flags.impersonateGroups(),
        ExecPlugin.Spec.NONE,
        first(flags.namespace(), text(POD_ACCOUNT.resolve("namespace")).strip()));
  }

  private static String first(String one, String other) {
    return one.isEmpty() ? other : one;
  }

  private static String token(JsonNode user) {
    String file = user.path("tokenFile").asText("");
    return file.isEmpty() ? user.path("token").asText("") : text(Path.of(file)).strip();
  }

  private static String pem(JsonNode entry, String field, String flag) {
    if (!flag.isEmpty()) {
      return text(Path.of(flag));
    }
    String data = entry.path(field + "-data").asText("");
    if (!data.isEmpty()) {
      try {
        return new String(Base64.getMimeDecoder().decode(data), StandardCharsets.UTF_8);
      } catch (IllegalArgumentException e) {
        throw new KubeconfigException("the kubeconfig's " + field + "-data is no Base64", e);
      }
    }
    String file = entry.path(field).asText("");
    return file.isEmpty() ? "" : text(Path.of(file));
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new KubeconfigException("unable to read " + file + ": " + e.getMessage(), e);
    }
  }
}
