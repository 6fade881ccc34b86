package dev.wherry.cli.client.verb;

import dev.wherry.cli.client.failure.ClientException;
import dev.wherry.cli.kubeconfig.Access;
import dev.wherry.cli.kubeconfig.AccessResolver;
import dev.wherry.cli.kubeconfig.ExecPlugin;
import dev.wherry.cli.kubeconfig.Kubeconfig;
import dev.wherry.cli.kubeconfig.KubeconfigPaths;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import picocli.CommandLine.Option;

/** The flags every client command has. */
public final class ClientOptions {
  @Option(names = "--kubeconfig", description = "Path to the kubeconfig file.")
  private String kubeconfig = "";

  @Option(names = "--context", description = "The kubeconfig context to use.")
  private String context = "";

  @Option(names = "--cluster", description = "The kubeconfig cluster to use.")
  private String cluster = "";

  @Option(names = "--user", description = "The kubeconfig user to use.")
  private List<String> users = List.of();

  @Option(
      names = {"-n", "--namespace"},
      description = "The namespace.")
  private String namespace = "";

  @Option(
      names = {"-s", "--server"},
      description = "The API server's URL.")
  private String server = "";

  @Option(names = "--token", description = "A bearer token.")
  private String token = "";

  @Option(names = "--certificate-authority", description = "File of the authority to trust.")
  private String authority = "";

  @Option(names = "--client-certificate", description = "File of the client's certificate.")
  private String certificate = "";

  @Option(names = "--client-key", description = "File of the client's key.")
  private String key = "";

  @Option(names = "--tls-server-name", description = "Name in the server's certificate.")
  private String tlsServerName = "";

  @Option(
      names = "--insecure-skip-tls-verify",
      arity = "0..1",
      fallbackValue = "true",
      description = "Trust any certificate.")
  private boolean insecure;

  @Option(names = "--as", description = "User to act as.")
  private String impersonate = "";

  @Option(names = "--as-group", description = "Group to act as; may be repeated.")
  private List<String> impersonateGroups = List.of();

  @Option(
      names = "--request-timeout",
      description = "How long to wait for one request, such as 5s; 0 for ever.")
  private String requestTimeout = "0";

  /** All kubeconfig files together. */
  public Kubeconfig kubeconfig(Streams streams) {
    return Kubeconfig.load(KubeconfigPaths.find(kubeconfig, streams.environment()));
  }

  public String context() {
    return context;
  }

  public String namespace() {
    return namespace;
  }

  /** The values of {@code --user}, which a few verbs take for something else. */
  public List<String> users() {
    return users;
  }

  /** Reads the kubeconfig; the server is called when it is needed. */
  public Session open(Streams streams) {
    return open(streams, users.isEmpty() ? "" : users.getLast());
  }

  /**
   * As {@link #open(Streams)}, whatever {@code --user} says.
   *
   * @param user of the kubeconfig, "" for the context's
   */
  Session open(Streams streams, String user) {
    AccessResolver.Overrides overrides =
        new AccessResolver.Overrides(
            context,
            cluster,
            user,
            namespace,
            server,
            authority,
            certificate,
            key,
            token,
            tlsServerName,
            insecure,
            impersonate,
            impersonateGroups);
    Access access = AccessResolver.resolve(kubeconfig(streams), overrides);
    if (access.plugin().present()) {
      access = access.with(ExecPlugin.run(access.plugin()));
    }
    return new Session(streams, access, !namespace.isEmpty(), timeout(), InstantSource.system());
  }

  private Duration timeout() {
    try {
      return GoDuration.parse(requestTimeout);
    } catch (IllegalArgumentException e) {
      throw ClientException.error("--request-timeout: " + e.getMessage());
    }
  }
}
