package dev.wherry.cli.client.edit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.cli.client.apply.LastApplied;
import dev.wherry.cli.client.failure.ClientException;
import dev.wherry.cli.client.failure.Failures;
import dev.wherry.cli.client.print.GoJson;
import dev.wherry.cli.client.select.Found;
import dev.wherry.cli.client.select.Manifest;
import dev.wherry.cli.client.select.Manifests;
import dev.wherry.cli.client.verb.ClientCommand;
import dev.wherry.cli.client.verb.FileOptions;
import dev.wherry.cli.client.verb.ObjectChange;
import dev.wherry.cli.client.verb.Selection;
import dev.wherry.cli.client.verb.Session;
import dev.wherry.cli.client.verb.Streams;
import dev.wherry.cli.client.verb.WriteOptions;
import dev.wherry.model.json.Json;
import dev.wherry.model.json.Yaml;
import dev.wherry.model.status.ApiException;
import dev.wherry.model.status.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code wherry edit}: opens the editor again, with the reasons, until the server is content. */
@Command(
    name = "edit",
    description = "Edit objects of the server in an editor.",
    mixinStandardHelpOptions = true)
public final class EditCommand extends ClientCommand {
  private static final String CANCELLED = "Edit cancelled, ";

  @Mixin private FileOptions files = new FileOptions();
  @Mixin private WriteOptions write = new WriteOptions();

  @Parameters(paramLabel = "TYPE NAME", arity = "0..*", description = "The objects.")
  private List<String> words = List.of();

  @Option(
      names = "--output-patch",
      arity = "0..1",
      fallbackValue = "true",
      description = "Print the patch that is sent.")
  private boolean outputPatch;

  @Option(names = "--save-config", arity = "0..1", fallbackValue = "true")
  private boolean saveConfig;

  @Option(names = "--windows-line-endings", arity = "0..1", fallbackValue = "true")
  private boolean carriageReturns;

  @Option(names = "--subresource", description = "status or scale.")
  private String subresource = "";

  private final EditReasons reasons = new EditReasons();
  private int retryable;
  private int gone;

  public EditCommand(Streams streams) {
    super(streams);
  }

  @Override
  protected int run(Session session) {
    Failures failures = new Failures();
    List<Found> found =
        new Selection(session, files, words)
            .all(true)
            .live()
            .subresource(subresource)
            .find(failures);
    failures.raise();
    if (found.isEmpty()) {
      throw ClientException.error("edit cancelled, no objects found");
    }
    found.forEach(one -> one.object().withObject("/metadata").remove("managedFields"));
    edit(session, found);
    return 0;
  }

  private void edit(Session session, List<Found> found) {
    Editor editor = new Editor(streams().environment());
    boolean json = write.change().format().name().equals("json");
    String body = body(found, json);
    String original = body;
    Optional<Path> last = Optional.empty();
    while (true) {
      String shown = json ? body : reasons.text() + body;
      Path file = editor.draft(carriageReturns ? shown.replace("\n", "\r\n") : shown, ending(json));
      try {
        editor.open(file);
        String edited = EditReasons.stripped(Files.readString(file).replace("\r\n", "\n"));
        last.ifPresent(EditCommand::forget);
        last = Optional.of(file);
        if (!reasons.isEmpty() && edited.equals(EditReasons.stripped(body))) {
          throw ClientException.error(CANCELLED + "no valid changes were saved.");
        }
        if (ended(edited, original, file)) {
          return;
        }
        body = edited;
        reasons.clear();
        if (sent(session, found, edited, file)) {
          return;
        }
      } catch (ClientException e) {
        kept(file);
        throw e;
      } catch (IOException e) {
        throw ClientException.error("cannot read " + file + ": " + e.getMessage());
      }
    }
  }

  private static String ending(boolean json) {
    return json ? ".json" : ".yaml";
  }

  private static String body(List<Found> found, boolean json) {
    JsonNode shown = found.getFirst().object();
    if (found.size() > 1) {
      ObjectNode list = Json.object();
      list.put("apiVersion", "v1").put("kind", "List").putObject("metadata");
      found.forEach(one -> list.withArray("/items").add(one.object()));
      shown = list;
    }
    return json ? GoJson.pretty(shown) + "\n" : Yaml.write(shown);
  }

  /** Whether there is nothing to send. */
  private boolean ended(String edited, String original, Path file) {
    String why =
        edited.equals(EditReasons.stripped(original))
            ? "no changes made."
            : edited.isBlank() ? "saved file was empty." : "";
    if (why.isEmpty()) {
      return false;
    }
    forget(file);
    streams().err().println(CANCELLED + why);
    return true;
  }

  /** Sends every object that changed; false when the editor has to be opened again. */
  private boolean sent(Session session, List<Found> found, String edited, Path file) {
    List<Manifest> manifests;
    try {
      manifests = Manifests.parse(edited, "edited-file");
    } catch (ClientException e) {
      reasons.add("The edited file had a syntax error: " + e.text().replaceFirst("^error: ", ""));
      return false;
    }
    for (Manifest manifest : manifests) {
      send(session, original(found, manifest), manifest.object());
    }
    if (retryable > 0) {
      streams()
          .err()
          .println("You can run `wherry replace -f " + file + "` to try this update again.");
      throw ClientException.exit(1, "");
    }
    if (gone > 0) {
      streams()
          .err()
          .println("The edits you made on deleted resources have been saved to \"" + file + "\"");
      throw ClientException.exit(1, "");
    }
    if (reasons.isEmpty()) {
      forget(file);
      return true;
    }
    return false;
  }

  private static Found original(List<Found> found, Manifest edited) {
    String uid = edited.object().path("metadata").path("uid").asText("");
    return found.stream()
        .filter(one -> one.object().path("metadata").path("uid").asText("").equals(uid))
        .findFirst()
        .orElseThrow(() ->
            ClientException.error(
                "no original object found for %s: its uid must stay".formatted(edited.name())));
  }

  private void send(Session session, Found original, ObjectNode edited) {
    if (edited.equals(original.object())) {
      write.print(streams().out(), edited, "skipped");
      return;
    }
    for (String field : List.of("/apiVersion", "/kind", "/metadata/name")) {
      if (!edited.at(field).equals(original.object().at(field))) {
        throw ClientException.error("At least one of apiVersion, kind and name was changed");
      }
    }
    ObjectNode wanted = saveConfig ? LastApplied.annotated(edited) : edited;
    ObjectChange.Difference difference =
        ObjectChange.between(original.target().type(), original.object(), wanted);
    if (outputPatch) {
      streams().out().println("Patch: " + GoJson.compact(difference.patch()));
    }
    String path = original.target().path() + (subresource.isEmpty() ? "" : "/" + subresource);
    try {
      JsonNode patched =
          session
              .api()
              .exchange(
                  "PATCH",
                  write.path(path, "kubectl-edit"),
                  difference.media(),
                  difference.patch());
      write.print(streams().out(), patched, "edited");
    } catch (ApiException e) {
      refused(original, e);
    }
  }

  private void refused(Found object, ApiException why) {
    String resource = object.target().type().resource();
    String what = "error: " + resource + " \"" + object.name() + "\" ";
    if (why.reason() == Reason.INVALID) {
      reasons.invalid(resource, object.name(), why);
      streams().err().println(what + "is invalid");
    } else if (why.reason() == Reason.NOT_FOUND) {
      gone++;
      streams().err().println(what + "could not be found on the server");
    } else {
      retryable++;
      streams().err().println(what + "could not be patched: " + why.text());
    }
  }

  private void kept(Path file) {
    if (Files.exists(file)) {
      streams().err().println("A copy of your changes has been stored to \"" + file + "\"");
    }
  }

  private static void forget(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      // It stays where temporary files stay.
    }
  }
}
