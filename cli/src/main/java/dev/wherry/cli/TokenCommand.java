package dev.wherry.cli;

import dev.wherry.kubelet.identity.JoinToken;
import dev.wherry.machinery.time.SystemTimer;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ScopeType;

/** {@code wherry token}: what lets nodes join, made on the server. */
@Command(
    name = "token",
    description = "Create, list and delete the tokens by which nodes join.",
    mixinStandardHelpOptions = true)
final class TokenCommand {
  private static final String DEFAULT_LIFETIME = "24h";

  @Option(
      names = "--data-dir",
      description = "The server's data directory (default: ${DEFAULT-VALUE}).",
      defaultValue = "/var/lib/wherry",
      scope = ScopeType.INHERIT)
  private Path dataDirectory = Path.of("/var/lib/wherry");

  /** What a command does with the tokens. */
  @FunctionalInterface
  private interface Use {
    void with(AdminAccess admin, JoinTokens tokens, Instant now) throws IOException;
  }

  private int use(Use use) throws IOException {
    try (SystemTimer timer = new SystemTimer();
        AdminAccess admin = AdminAccess.open(dataDirectory, timer)) {
      JoinTokens tokens =
          new JoinTokens(admin.api(), admin.authorityHash(), timer, new SecureRandom());
      use.with(admin, tokens, timer.instant());
      return 0;
    }
  }

  @Command(name = "create", description = "Print a new token.", mixinStandardHelpOptions = true)
  int create(
      @Option(
              names = "--ttl",
              paramLabel = "TIME",
              description = "How long it is good, such as 30m or 24h; 0 for ever (default: 24h).",
              defaultValue = DEFAULT_LIFETIME)
          String lifetime,
      @Option(names = "--description", description = "A note for the list.", defaultValue = "")
          String description,
      @Option(names = "--print-join-command", description = "Print the whole command for a node.")
          boolean joinCommand)
      throws IOException {
    Duration life = Durations.parse(lifetime);
    return use((admin, tokens, now) -> {
      String url = joinCommand ? admin.advertisedUrl() : "";
      JoinToken token =
          tokens.create(life.isZero() ? Optional.empty() : Optional.of(life), description);
      System.out.println(
          joinCommand ? "wherry agent --server " + url + " --token " + token.text() : token.text());
    });
  }

  @Command(
      name = "list",
      description = "List the tokens, without their secrets.",
      mixinStandardHelpOptions = true)
  int list() throws IOException {
    return use((admin, tokens, now) -> {
      System.out.printf("%-8s %-10s %-22s %s%n", "ID", "TTL", "EXPIRES", "DESCRIPTION");
      for (JoinTokens.Listed token : tokens.list()) {
        String left =
            token
                .expires()
                .map(end -> Durations.text(Duration.between(now, end)))
                .orElse("forever");
        String end = token.expires().map(Instant::toString).orElse("never");
        System.out.printf("%-8s %-10s %-22s %s%n", token.id(), left, end, token.description());
      }
    });
  }

  @Command(
      name = "delete",
      description = "Delete a token; nodes that joined with it stay.",
      mixinStandardHelpOptions = true)
  int delete(@Parameters(paramLabel = "ID", description = "The id, or the whole token.") String id)
      throws IOException {
    String wanted = id.startsWith("wherry1.") ? JoinTokens.id(JoinToken.parse(id)) : id;
    return use((admin, tokens, now) -> {
      if (!tokens.delete(wanted)) {
        throw new IOException("there is no token " + wanted + "; see 'wherry token list'");
      }
      System.out.println("token " + wanted + " deleted");
    });
  }
}
