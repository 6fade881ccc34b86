package dev.wherry.cli.client.access;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.cli.client.failure.ClientException;
import dev.wherry.cli.client.failure.Failures;
import dev.wherry.cli.client.http.Api;
import dev.wherry.cli.client.select.Found;
import dev.wherry.cli.client.verb.ChangeOptions;
import dev.wherry.cli.client.verb.ClientCommand;
import dev.wherry.cli.client.verb.FileOptions;
import dev.wherry.cli.client.verb.Selection;
import dev.wherry.cli.client.verb.Session;
import dev.wherry.cli.client.verb.Streams;
import dev.wherry.model.status.ApiException;
import dev.wherry.model.status.Reason;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code wherry certificate}, which only holds its verbs. */
@Command(
    name = "certificate",
    description = "Approve and deny certificate requests.",
    mixinStandardHelpOptions = true)
public final class CertificateCommands implements Runnable {
  private CertificateCommands() {}

  /** {@code certificate} with its verbs. */
  public static CommandLine command(Streams streams) {
    return new CommandLine(new CertificateCommands())
        .addSubcommand(new Approve(streams))
        .addSubcommand(new Deny(streams));
  }

  @Override
  public void run() {
    throw ClientException.error("name what to do: wherry certificate approve|deny NAME");
  }

  /** What approve and deny have in common. */
  abstract static class Decision extends ClientCommand {
    private static final int ATTEMPTS_MAX = 10;

    @Mixin private FileOptions files = new FileOptions();
    @Mixin private ChangeOptions change = new ChangeOptions();

    @Parameters(paramLabel = "NAME", arity = "0..*", description = "The requests.")
    private List<String> names = List.of();

    @Option(names = "--force", arity = "0..1", fallbackValue = "true")
    private boolean force;

    private final String type;
    private final String opposite;
    private final String reason;
    private final String message;
    private final String done;

    Decision(
        Streams streams, String type, String opposite, String reason, String message, String done) {
      super(streams);
      this.type = type;
      this.opposite = opposite;
      this.reason = reason;
      this.message = message;
      this.done = done;
    }

    @Override
    protected int run(Session session) {
      if (names.isEmpty() && !files.given()) {
        throw ClientException.error(
            "one or more CSRs must be specified as <name> or -f <filename>");
      }
      List<String> words = new ArrayList<>();
      if (!names.isEmpty()) {
        words.add("certificatesigningrequests.certificates.k8s.io");
        words.addAll(names);
      }
      Failures failures = new Failures();
      List<Found> found = new Selection(session, files, words).live().find(failures);
      for (Found one : found) {
        try {
          change.print(streams().out(), decided(session, one), done);
        } catch (ApiException | ClientException e) {
          failures.add(e);
        }
      }
      failures.raise();
      return 0;
    }

    private JsonNode decided(Session session, Found found) {
      JsonNode request = found.object();
      for (int attempt = 1; ; attempt++) {
        ObjectNode wanted = request.deepCopy();
        if (!decide(session, wanted)) {
          return request;
        }
        try {
          String path = change.path(found.target().path() + "/approval", "");
          return session.api().exchange("PUT", path, Api.JSON, wanted);
        } catch (ApiException e) {
          if (e.reason() != Reason.CONFLICT || attempt == ATTEMPTS_MAX) {
            throw e;
          }
          request = session.api().get(found.target().path());
        }
      }
    }

    /** Adds the condition; false when it is there already. */
    private boolean decide(Session session, ObjectNode request) {
      String now = session.clock().instant().truncatedTo(ChronoUnit.SECONDS).toString();
      for (JsonNode condition : request.path("status").path("conditions")) {
        String known = condition.path("type").asText();
        if (known.equals(opposite)) {
          throw ClientException.error(
              "certificate signing request \"%s\" is already %s"
                  .formatted(request.path("metadata").path("name").asText(), known));
        }
        if (known.equals(type)) {
          return force;
        }
      }
      request
          .withObject("/status")
          .withArray("/conditions")
          .addObject()
          .put("type", type)
          .put("status", "True")
          .put("reason", reason)
          .put("message", message)
          .put("lastUpdateTime", now);
      return true;
    }
  }

  /** {@code certificate approve}. */
  @Command(
      name = "approve",
      description = "Let a certificate be issued.",
      mixinStandardHelpOptions = true)
  static final class Approve extends Decision {
    Approve(Streams streams) {
      super(
          streams,
          "Approved",
          "Denied",
          "KubectlApprove",
          "This CSR was approved by kubectl certificate approve.",
          "approved");
    }
  }

  /** {@code certificate deny}. */
  @Command(
      name = "deny",
      description = "Let no certificate be issued.",
      mixinStandardHelpOptions = true)
  static final class Deny extends Decision {
    Deny(Streams streams) {
      super(
          streams,
          "Denied",
          "Approved",
          "KubectlDeny",
          "This CSR was denied by kubectl certificate deny.",
          "denied");
    }
  }
}
