package dev.wherry.cli.client.set;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.cli.client.failure.ClientException;
import dev.wherry.cli.client.failure.Failures;
import dev.wherry.cli.client.select.Found;
import dev.wherry.cli.client.verb.ChangeOptions;
import dev.wherry.cli.client.verb.ClientCommand;
import dev.wherry.cli.client.verb.DryRun;
import dev.wherry.cli.client.verb.FileOptions;
import dev.wherry.cli.client.verb.ObjectChange;
import dev.wherry.cli.client.verb.Selection;
import dev.wherry.cli.client.verb.Session;
import dev.wherry.cli.client.verb.Streams;
import dev.wherry.model.status.ApiException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What the verbs of {@code set} have in common: change a copy, send the difference. */
abstract class SetVerb extends ClientCommand {
  private static final String MANAGER = "kubectl-set";

  @Mixin private FileOptions files = new FileOptions();
  @Mixin private ChangeOptions change = new ChangeOptions();

  @Parameters(
      paramLabel = "TYPE NAME",
      arity = "0..*",
      description = "The objects, then what to set.")
  private List<String> words = List.of();

  @Option(
      names = {"-l", "--selector"},
      description = "Label selector.")
  private String labels = "";

  @Option(
      names = "--all",
      arity = "0..1",
      fallbackValue = "true",
      description = "All objects of the type in the namespace.")
  private boolean all;

  @Option(
      names = "--local",
      arity = "0..1",
      fallbackValue = "true",
      description = "Change only what the file says; ask no server.")
  private boolean local;

  private final Set<String> complaints = new LinkedHashSet<>();

  SetVerb(Streams streams) {
    super(streams);
  }

  /**
   * Reads what to set and answers with the words that name objects.
   *
   * @throws ClientException in kubectl's words
   */
  abstract List<String> prepare(Session session, List<String> words);

  /**
   * Changes a copy of an object.
   *
   * @throws ClientException with the end of a sentence that begins with the object
   */
  abstract void set(Session session, ObjectNode object);

  /** What happened, such as {@code image updated}. */
  abstract String done();

  /** What did not happen when the server refuses, such as {@code image update to pod template:}. */
  abstract String failed();

  /** Whether an object is sent, and spoken of, that stays as it was. */
  boolean speaksOfUnchanged() {
    return false;
  }

  /** What is said of an object that cannot be changed. */
  String complaint(Found found, String why) {
    return "error: %s/%s %s".formatted(found.target().type().plural(), found.name(), why);
  }

  /** Whether nothing is to be sent at all. */
  boolean onlyLists() {
    return false;
  }

  final boolean filesGiven() {
    return files.given();
  }

  final boolean objectsPrinted() {
    return change.printsObjects();
  }

  /** Keeps a complaint for the end; what else is to be done is done. */
  final void complain(String message) {
    complaints.add(message);
  }

  final void requireObjects(List<String> objects) {
    if (objects.isEmpty() && !files.given()) {
      throw ClientException.error(
          "one or more resources must be specified as <resource> <name> or <resource>/<name>");
    }
  }

  @Override
  protected int run(Session session) {
    if (all && !labels.isEmpty()) {
      throw ClientException.error("cannot set --all and --selector at the same time");
    }
    if (local && change.dryRun() == DryRun.SERVER) {
      throw ClientException.error(
          "cannot specify --local and --dry-run=server - did you mean --dry-run=client?");
    }
    List<String> objects = prepare(session, new ArrayList<>(words));
    Failures failures = new Failures();
    List<Found> found =
        new Selection(session, files, objects)
            .labels(labels)
            .all(all)
            .local(local)
            .live()
            .find(failures);
    failures.raise();
    found.forEach(one -> each(session, one));
    if (!complaints.isEmpty()) {
      throw ClientException.verbatim(String.join("\n", complaints));
    }
    return 0;
  }

  private void each(Session session, Found found) {
    ObjectNode after = found.object().deepCopy();
    try {
      set(session, after);
    } catch (ClientException e) {
      complain(complaint(found, e.text()));
      return;
    }
    if (onlyLists()) {
      return;
    }
    if (!speaksOfUnchanged() && after.equals(found.object())) {
      return;
    }
    if (local || change.dryRun() == DryRun.CLIENT) {
      change.print(streams().out(), after, done());
      return;
    }
    ObjectChange.Difference difference =
        ObjectChange.between(found.target().type(), found.object(), after);
    try {
      JsonNode changed =
          new ObjectChange(session, change, MANAGER).send(found.target(), difference);
      change.print(streams().out(), changed, done());
    } catch (ApiException e) {
      complain("failed to patch " + failed() + " " + e.text());
    }
  }
}
