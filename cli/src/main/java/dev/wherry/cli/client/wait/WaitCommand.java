package dev.wherry.cli.client.wait;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.cli.client.failure.ClientException;
import dev.wherry.cli.client.failure.Failures;
import dev.wherry.cli.client.print.NamePrinter;
import dev.wherry.cli.client.print.ObjectPrinter;
import dev.wherry.cli.client.select.Found;
import dev.wherry.cli.client.select.Target;
import dev.wherry.cli.client.verb.ClientCommand;
import dev.wherry.cli.client.verb.FileOptions;
import dev.wherry.cli.client.verb.GoDuration;
import dev.wherry.cli.client.verb.ObjectWatch;
import dev.wherry.cli.client.verb.OutputOptions;
import dev.wherry.cli.client.verb.QueryOptions;
import dev.wherry.cli.client.verb.Selection;
import dev.wherry.cli.client.verb.Session;
import dev.wherry.cli.client.verb.Streams;
import dev.wherry.cli.client.verb.Wait;
import dev.wherry.model.status.ApiException;
import dev.wherry.model.status.Reason;
import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code wherry wait}. */
@Command(
    name = "wait",
    description = "Wait until objects are as they should be.",
    mixinStandardHelpOptions = true)
public final class WaitCommand extends ClientCommand {
  private static final Duration A_WEEK = Duration.ofDays(7);
  private static final Duration CREATION_PAUSE = Duration.ofMillis(500);

  @Mixin private FileOptions files = new FileOptions();
  @Mixin private OutputOptions output = new OutputOptions();

  @Parameters(paramLabel = "TYPE NAME", arity = "0..*", description = "The objects.")
  private List<String> words = List.of();

  @Mixin private QueryOptions query = new QueryOptions();

  @Option(
      names = "--for",
      description = "create, delete, condition=NAME[=VALUE], jsonpath=EXPRESSION[=VALUE].")
  private List<String> conditions = List.of();

  @Option(names = "--timeout", description = "How long to wait; 0 checks once, -1s is a week.")
  private String timeout = "30s";

  @Option(
      names = "--all",
      arity = "0..1",
      fallbackValue = "true",
      description = "All objects of the type in the namespace.")
  private boolean all;

  @Option(names = "--local", arity = "0..1", fallbackValue = "true", hidden = true)
  private boolean local;

  public WaitCommand(Streams streams) {
    super(streams);
  }

  @Override
  protected int run(Session session) {
    if (conditions.isEmpty()) {
      throw ClientException.error("unrecognized condition: []");
    }
    List<Expectation> expectations = conditions.stream().map(Expectation::parse).toList();
    Duration given = GoDuration.flag("--timeout", timeout);
    boolean once = given.isZero();
    Wait wait = new Wait(given.isNegative() ? A_WEEK : given);
    boolean deletion = expectations.stream().anyMatch(Expectation.Deleted.class::isInstance);
    if (expectations.stream().anyMatch(Expectation.Created.class::isInstance)) {
      awaitCreation(session, given.isNegative() ? A_WEEK : given);
    }
    Failures failures = new Failures();
    List<Found> found = find(session, deletion, failures);
    for (Found one : found) {
      try {
        expectations.forEach(expected -> await(session, one, expected, wait, once));
      } catch (ApiException | ClientException e) {
        failures.add(e);
      }
    }
    failures.raise();
    if (found.isEmpty() && !deletion) {
      throw ClientException.error("no matching resources found");
    }
    return 0;
  }

  private List<Found> find(Session session, boolean deletion, Failures failures) {
    Failures unread = new Failures();
    List<Found> found =
        new Selection(session, files, words).where(query).all(all).live().find(unread);
    unread.each(e -> {
      boolean gone = e instanceof ApiException api && api.reason() == Reason.NOT_FOUND;
      if (!(gone && deletion)) {
        failures.add(e);
      }
    });
    return found;
  }

  /** What does not exist yet cannot be watched by name alone: it is asked for again. */
  private void awaitCreation(Session session, Duration patience) {
    Wait wait = new Wait(patience, CREATION_PAUSE);
    while (true) {
      Failures failures = new Failures();
      boolean there = !find(session, true, failures).isEmpty();
      failures.raise();
      if (there) {
        return;
      }
      if (!wait.again()) {
        throw ClientException.error("timed out waiting for the condition");
      }
    }
  }

  private void await(Session session, Found found, Expectation expected, Wait wait, boolean once) {
    JsonNode last =
        switch (expected) {
          case Expectation.Created() -> found.object();
          case Expectation.Deleted() -> awaitDeletion(session, found, wait, once);
          case Expectation.Condition condition ->
              awaitState(session, found, condition::met, wait, once);
          case Expectation.Path path -> awaitState(session, found, path::met, wait, once);
        };
    ObjectPrinter printer =
        output
            .format()
            .printer(streams().out(), true)
            .orElseGet(() -> new NamePrinter(streams().out(), "condition met"));
    printer.print(last);
    streams().out().flush();
  }

  private static String place(Found found) {
    return found.target().type().plural() + "/" + found.name();
  }

  private static ClientException late(Found found) {
    return ClientException.error("timed out waiting for the condition on " + place(found));
  }

  private static JsonNode awaitState(
      Session session, Found found, Predicate<JsonNode> met, Wait wait, boolean once) {
    if (once) {
      JsonNode now = session.api().get(found.target().path());
      if (!met.test(now)) {
        throw ClientException.error("condition not met for " + place(found));
      }
      return now;
    }
    JsonNode[] last = {found.object()};
    boolean reached =
        new ObjectWatch(session, found.target())
            .until(
                wait.left(),
                (type, object) -> {
                  if (type.equals(ObjectWatch.MISSING)) {
                    throw notFound(found.target());
                  }
                  last[0] = object;
                  return !type.equals("DELETED") && met.test(object);
                });
    if (!reached) {
      throw late(found);
    }
    return last[0];
  }

  private static ApiException notFound(Target target) {
    return new ApiException(
        Reason.NOT_FOUND, "%s \"%s\" not found".formatted(target.type().resource(), target.name()));
  }

  private static JsonNode awaitDeletion(Session session, Found found, Wait wait, boolean once) {
    String uid = found.object().path("metadata").path("uid").asText("");
    if (once) {
      throw ClientException.error("condition not met for " + place(found));
    }
    boolean gone =
        new ObjectWatch(session, found.target())
            .until(
                wait.left(),
                (type, object) ->
                    type.equals("DELETED")
                        || type.equals(ObjectWatch.MISSING)
                        || !object.path("metadata").path("uid").asText("").equals(uid));
    if (!gone) {
      throw late(found);
    }
    return found.object();
  }
}
