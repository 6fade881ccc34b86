package dev.wherry.cli.client.verb;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.cli.client.discovery.ResourceType;
import dev.wherry.cli.client.failure.ClientException;
import dev.wherry.cli.client.failure.Failures;
import dev.wherry.cli.client.http.Api;
import dev.wherry.cli.client.select.Found;
import dev.wherry.cli.client.select.Lists;
import dev.wherry.cli.client.select.Manifest;
import dev.wherry.cli.client.select.Target;
import dev.wherry.cli.client.select.Targets;
import dev.wherry.model.json.Json;
import dev.wherry.model.kind.GroupVersion;
import dev.wherry.model.status.ApiException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Finds the objects that a verb is to work on: by files, names or selectors (cli-runtime's resource
 * builder). An object that cannot be read is a failure, and the others still come.
 */
public final class Selection {
  private static final String NOTHING_GIVEN =
      """
      You must provide one or more resources by argument or filename.
      Example resource specifications include:
         '-f rsrc.yaml'
         '--filename=rsrc.json'
         '<resource> <name>'
         '<resource>'\
      """;
  private static final String NO_LOCAL_FILE =
      """
      you must specify resources by --filename when --local is set.
      Example resource specifications include:
         '-f rsrc.yaml'
         '--filename=rsrc.json'\
      """;

  private final Session session;
  private final FileOptions files;
  private final List<String> words;
  private String labels = "";
  private String fields = "";
  private boolean everywhere;
  private boolean all;
  private boolean local;
  private boolean live;
  private String subresource = "";
  private boolean single;

  public Selection(Session session, FileOptions files, List<String> words) {
    this.session = session;
    this.files = files;
    this.words = List.copyOf(words);
  }

  /** Only objects with these labels, "" for any. */
  public Selection labels(String selector) {
    labels = selector;
    return this;
  }

  /** Only objects with these fields, "" for any. */
  public Selection fields(String selector) {
    fields = selector;
    return this;
  }

  /** In all namespaces. */
  public Selection everywhere(boolean yes) {
    everywhere = yes;
    return this;
  }

  /** As the user's flags narrow or widen it. */
  public Selection where(QueryOptions query) {
    return labels(query.labels()).fields(query.fields()).everywhere(query.everywhere());
  }

  /** A type without a name means all its objects. */
  public Selection all(boolean yes) {
    all = yes;
    return this;
  }

  /** Only what files say; no server is asked. */
  public Selection local(boolean yes) {
    local = yes;
    return this;
  }

  /** Objects of files are read from the server. */
  public Selection live() {
    live = true;
    return this;
  }

  /** Objects are read through a subresource, "" for none. */
  public Selection subresource(String name) {
    subresource = name;
    return this;
  }

  /** Whether one object was named, known after {@link #find}. */
  public boolean single() {
    return single;
  }

  /**
   * Reads the objects in order.
   *
   * @param failures takes what could not be read
   * @throws ClientException in kubectl's words when the command line names nothing
   */
  public List<Found> find(Failures failures) {
    if (files.given()) {
      return ofFiles(failures);
    }
    if (local || words.isEmpty()) {
      throw ClientException.error(local ? NO_LOCAL_FILE : NOTHING_GIVEN);
    }
    boolean selecting = !labels.isEmpty() || !fields.isEmpty();
    Targets targets =
        Targets.parse(
            words,
            new Targets.Scope(session.namespace(), everywhere, selecting),
            session.discovery());
    single = targets.single();
    List<Found> found = new ArrayList<>();
    for (Target target : targets.all()) {
      if (target.name().isEmpty() && !selecting && !all) {
        throw ClientException.error("resource(s) were provided, but no name was specified");
      }
      read(target, found, failures);
    }
    return found;
  }

  private List<Found> ofFiles(Failures failures) {
    if (!words.isEmpty()) {
      throw ClientException.error(
          local
              ? NO_LOCAL_FILE
              : "when paths, URLs, or stdin is provided as input, you may not specify resource"
                  + " arguments as well");
    }
    List<Found> found = new ArrayList<>();
    List<Manifest> manifests = files.read(session.streams());
    for (Manifest manifest : manifests) {
      Target target = local ? guessed(manifest) : session.manifestTargets().of(manifest);
      if (live && !local) {
        read(target, found, failures);
      } else {
        found.add(new Found(target, manifest.object()));
      }
    }
    single = manifests.size() == 1;
    return found;
  }

  /** Without a server the plural can only be guessed; nothing is sent there. */
  private Target guessed(Manifest manifest) {
    GroupVersion names = GroupVersion.of(manifest.apiVersion());
    String kind = manifest.kind();
    ResourceType type =
        new ResourceType(
            names.group(),
            names.version(),
            kind,
            kind.toLowerCase(Locale.ROOT) + "s",
            kind.toLowerCase(Locale.ROOT),
            List.of(),
            List.of(),
            List.of(),
            true,
            List.of());
    return new Target(type, manifest.namespace(), manifest.name(), manifest.source());
  }

  private void read(Target target, List<Found> found, Failures failures) {
    try {
      if (!target.name().isEmpty()) {
        String path = target.path() + (subresource.isEmpty() ? "" : "/" + subresource);
        if (session.api().get(path) instanceof ObjectNode object) {
          found.add(new Found(target, object));
        }
        return;
      }
      Lists.Filter filter = new Lists.Filter(labels, fields, Lists.Filter.NONE.pageItems(), false);
      Lists.read(
          session.api(),
          target,
          filter,
          Api.JSON,
          page -> page.path("items").forEach(item -> found.add(listed(target, item))));
    } catch (ApiException e) {
      failures.add(e);
    }
  }

  /** Items of a list may come without kind and version. */
  private static Found listed(Target list, JsonNode item) {
    ObjectNode object = item instanceof ObjectNode present ? present : Json.object();
    object.put("apiVersion", list.type().apiVersion()).put("kind", list.type().kind());
    JsonNode metadata = object.path("metadata");
    return new Found(
        new Target(
            list.type(), metadata.path("namespace").asText(""), metadata.path("name").asText(), ""),
        object);
  }
}
