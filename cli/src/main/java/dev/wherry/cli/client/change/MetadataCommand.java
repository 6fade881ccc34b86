package dev.wherry.cli.client.change;

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
import dev.wherry.cli.client.verb.QueryOptions;
import dev.wherry.cli.client.verb.Selection;
import dev.wherry.cli.client.verb.Session;
import dev.wherry.cli.client.verb.Streams;
import dev.wherry.model.status.ApiException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What {@code label} and {@code annotate} have in common. */
abstract class MetadataCommand extends ClientCommand {
  @Mixin private FileOptions files = new FileOptions();
  @Mixin private ChangeOptions change = new ChangeOptions();

  @Parameters(
      paramLabel = "TYPE NAME KEY=VALUE KEY-",
      arity = "0..*",
      description = "The objects, then what to set and what to remove.")
  private List<String> words = List.of();

  @Mixin private QueryOptions query = new QueryOptions();

  @Option(
      names = "--overwrite",
      arity = "0..1",
      fallbackValue = "true",
      description = "Give keys that are there another value.")
  private boolean overwrite;

  @Option(
      names = "--list",
      arity = "0..1",
      fallbackValue = "true",
      description = "Print what is there.")
  private boolean list;

  @Option(
      names = "--local",
      arity = "0..1",
      fallbackValue = "true",
      description = "Change only what the file says; ask no server.")
  private boolean local;

  @Option(
      names = "--all",
      arity = "0..1",
      fallbackValue = "true",
      description = "All objects of the type in the namespace.")
  private boolean all;

  @Option(
      names = "--resource-version",
      description = "Change the object only if this is its version.")
  private String version = "";

  MetadataCommand(Streams streams) {
    super(streams);
  }

  /** {@code label} or {@code annotation}. */
  abstract String what();

  /** {@code labels} or {@code annotations}, a field of metadata. */
  abstract String field();

  abstract String manager();

  abstract Map<String, String> parse(KeyChanges changes);

  /** Refuses to change keys that are there. */
  abstract void refuseOverwriting(JsonNode present, Map<String, String> set);

  /** What happened to the object, in a word. */
  abstract String done(boolean added, boolean removed);

  /** Says of keys that are to be removed which are not there; not every verb does. */
  void missing(List<String> keys) {}

  /** Whether an object that would stay as it is is sent all the same. */
  abstract boolean sendsUnchanged();

  @Override
  protected int run(Session session) {
    KeyChanges changes = KeyChanges.split(words, what());
    Map<String, String> set = parse(changes);
    List<String> removed = changes.removed();
    check(changes, set, removed);
    Failures failures = new Failures();
    Selection selection =
        new Selection(session, files, changes.objects()).where(query).all(all).local(local).live();
    List<Found> found = selection.find(failures);
    if (!selection.single() && !version.isEmpty()) {
      throw ClientException.error("--resource-version may only be used with a single resource");
    }
    ObjectChange sender = new ObjectChange(session, change, manager());
    for (Found one : found) {
      try {
        change(sender, one, set, removed, selection.single());
      } catch (ApiException | ClientException e) {
        failures.add(e);
      }
    }
    failures.raise();
    return 0;
  }

  private void check(KeyChanges changes, Map<String, String> set, List<String> removed) {
    if (list && change.printsObjects()) {
      throw ClientException.error("--list and --output may not be specified together");
    }
    if (all && !query.labels().isEmpty()) {
      throw ClientException.error("cannot set --all and --selector at the same time");
    }
    if (all && !query.fields().isEmpty()) {
      throw ClientException.error("cannot set --all and --field-selector at the same time");
    }
    if (local && change.dryRun() == DryRun.SERVER) {
      throw ClientException.error(
          "cannot specify --local and --dry-run=server - did you mean --dry-run=client?");
    }
    if (local && !changes.objects().isEmpty()) {
      throw ClientException.error(
          "can only use local files by -f pod.yaml or --filename=pod.json when --local=true is"
              + " set");
    }
    if (local && !files.given()) {
      throw ClientException.error(
          "one or more files must be specified as -f pod.yaml or --filename=pod.json");
    }
    if (!local && changes.objects().isEmpty() && !files.given()) {
      throw ClientException.error(
          "one or more resources must be specified as <resource> <name> or <resource>/<name>");
    }
    if (set.isEmpty() && removed.isEmpty() && !list) {
      throw ClientException.error("at least one " + what() + " update is required");
    }
  }

  private void change(
      ObjectChange sender,
      Found found,
      Map<String, String> set,
      List<String> removed,
      boolean single) {
    JsonNode present = found.object().path("metadata").path(field());
    boolean asked = change.dryRun() != DryRun.CLIENT && !local && !list;
    if (asked) {
      missing(removed.stream().filter(key -> !present.has(key)).toList());
    }
    if (!overwrite) {
      refuseOverwriting(present, set);
    }
    ObjectNode after = found.object().deepCopy();
    ObjectNode keys = after.withObject("/metadata").withObject("/" + field());
    boolean adds = set.entrySet().stream().anyMatch(e -> !value(present, e.getKey(), e.getValue()));
    boolean removes = removed.stream().anyMatch(present::has);
    set.forEach(keys::put);
    removed.forEach(keys::remove);
    JsonNode result = after;
    if (asked && (adds || removes || sendsUnchanged())) {
      ObjectNode patch = ObjectChange.merge(found.object(), after).patch();
      if (!version.isEmpty()) {
        patch.withObject("/metadata").put("resourceVersion", version);
      }
      result = sender.send(found.target(), "", ObjectChange.MERGE, patch);
    }
    if (list) {
      list(found, result, single);
    } else {
      change.print(streams().out(), result, done(adds, removes));
    }
  }

  private static boolean value(JsonNode present, String key, String value) {
    return present.has(key) && present.path(key).asText().equals(value);
  }

  private void list(Found found, JsonNode object, boolean single) {
    String indent = "";
    if (!single) {
      indent = " ";
      String kind = found.target().type().kind();
      String group = found.target().type().group();
      streams()
          .out()
          .println("Listing %ss for %s.%s/%s:".formatted(what(), kind, group, found.name()));
    }
    Map<String, String> sorted = new TreeMap<>();
    object
        .path("metadata")
        .path(field())
        .properties()
        .forEach(e -> sorted.put(e.getKey(), e.getValue().asText()));
    for (Map.Entry<String, String> entry : sorted.entrySet()) {
      streams().out().println(indent + entry.getKey() + "=" + entry.getValue());
    }
  }
}
