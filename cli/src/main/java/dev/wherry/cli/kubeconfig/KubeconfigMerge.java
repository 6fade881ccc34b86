package dev.wherry.cli.kubeconfig;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.model.json.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Puts the local cluster into the kubeconfig of the person who called, and takes out exactly that.
 * Entries of ours carry an extension {@code wherry} with the data directory (the way minikube marks
 * its own), so that entries which merely have our name are never touched.
 */
public final class KubeconfigMerge {
  /** Name of context, cluster and user, unless somebody else's entry has it. */
  public static final String NAME = "wherry";

  private static final int NAMES_MAX = 100;
  private static final String BACKUP_SUFFIX = ".before-wherry";
  private static final String EXTENSIONS = "extensions";
  private static final String DATA_DIRECTORY = "dataDirectory";

  private KubeconfigMerge() {}

  /**
   * Adds or renews context, cluster and user; makes the context current only where none was.
   *
   * @param admin the server's own kubeconfig
   * @param dataDirectory identifies the cluster on this host
   * @return lines for the user
   * @throws KubeconfigException when a file cannot be read or written; nothing is changed then
   */
  public static List<String> add(Caller caller, Path admin, Path dataDirectory) {
    KubeconfigFile source = KubeconfigFile.read(admin);
    Path target = caller.kubeconfig();
    if (same(target, admin)) {
      return List.of("KUBECONFIG is the server's own " + admin + ": nothing to merge");
    }
    ObjectNode context = body(source, Section.CONTEXTS, source.currentContext(), admin);
    ObjectNode cluster = body(source, Section.CLUSTERS, context.path("cluster").asText(), admin);
    ObjectNode user = body(source, Section.USERS, context.path("user").asText(), admin);

    KubeconfigFile file = KubeconfigFile.read(target);
    List<String> lines = new ArrayList<>();
    boolean first = owned(file, dataDirectory).isEmpty();
    String name = name(file, dataDirectory);
    String before = file.tree().toString();
    file.put(Section.CLUSTERS, name, marked(cluster, dataDirectory));
    file.put(Section.USERS, name, marked(user, dataDirectory));
    file.put(Section.CONTEXTS, name, marked(context(file, name), dataDirectory));
    String current = file.currentContext();
    if (current.isEmpty()) {
      file.currentContext(name);
    }
    if (!file.tree().toString().equals(before)) {
      if (first && Files.exists(target)) {
        Path backup = target.resolveSibling(target.getFileName() + BACKUP_SUFFIX);
        OwnedFiles.copy(target, backup);
        lines.add("kept " + target + " as it was in " + backup);
      }
      file.write(caller.owner());
    }
    lines.add("context " + name + " is in " + target);
    if (!current.isEmpty() && !current.equals(name)) {
      lines.add(
          "the current context stays "
              + current
              + "; to switch: kubectl config use-context "
              + name);
    }
    return lines;
  }

  /**
   * Removes what {@link #add} put there for this data directory; the current context is emptied if
   * it was ours. A file that holds nothing else afterwards stays, empty.
   *
   * @return lines for the user, none when there was nothing to remove
   */
  public static List<String> remove(Caller caller, Path dataDirectory) {
    if (!Files.exists(caller.kubeconfig())) {
      return List.of();
    }
    KubeconfigFile file = KubeconfigFile.read(caller.kubeconfig());
    List<String> names = owned(file, dataDirectory);
    if (names.isEmpty()) {
      return List.of();
    }
    for (String name : names) {
      boolean context = isOurs(file, Section.CONTEXTS, name, dataDirectory);
      for (Section section : Section.values()) {
        if (isOurs(file, section, name, dataDirectory)) {
          file.remove(section, name);
        }
      }
      if (context && file.currentContext().equals(name)) {
        file.currentContext("");
      }
    }
    file.write(caller.owner());
    return List.of("removed context " + String.join(", ", names) + " from " + file.path());
  }

  private static boolean same(Path target, Path admin) {
    return target.toAbsolutePath().normalize().equals(admin.toAbsolutePath().normalize());
  }

  private static ObjectNode body(KubeconfigFile file, Section section, String name, Path path) {
    return file.entry(section, name)
        .orElseThrow(
            () -> new KubeconfigException(path + " has no " + section.body() + " \"" + name + "\""))
        .deepCopy();
  }

  /** A namespace that the person has chosen for our context stays. */
  private static ObjectNode context(KubeconfigFile file, String name) {
    ObjectNode context = file.entry(Section.CONTEXTS, name).orElseGet(Json::object).deepCopy();
    context.put("cluster", name).put("user", name);
    if (context.path("namespace").asText("").isEmpty()) {
      context.put("namespace", "default");
    }
    return context;
  }

  private static ObjectNode marked(ObjectNode body, Path dataDirectory) {
    body.putArray(EXTENSIONS)
        .addObject()
        .put("name", NAME)
        .putObject("extension")
        .put(DATA_DIRECTORY, id(dataDirectory));
    return body;
  }

  private static String id(Path dataDirectory) {
    return dataDirectory.toAbsolutePath().normalize().toString();
  }

  private static String name(KubeconfigFile file, Path dataDirectory) {
    for (int i = 1; i <= NAMES_MAX; i++) {
      String name = i == 1 ? NAME : NAME + "-" + i;
      boolean free = true;
      for (Section section : Section.values()) {
        free &= file.entry(section, name).isEmpty() || isOurs(file, section, name, dataDirectory);
      }
      if (free) {
        return name;
      }
    }
    throw new KubeconfigException(
        "all names from "
            + NAME
            + " to "
            + NAME
            + "-"
            + NAMES_MAX
            + " are taken in "
            + file.path());
  }

  private static List<String> owned(KubeconfigFile file, Path dataDirectory) {
    List<String> names = new ArrayList<>();
    for (Section section : Section.values()) {
      for (String name : file.names(section)) {
        if (!names.contains(name) && isOurs(file, section, name, dataDirectory)) {
          names.add(name);
        }
      }
    }
    return names;
  }

  private static boolean isOurs(
      KubeconfigFile file, Section section, String name, Path dataDirectory) {
    JsonNode extensions =
        file.entry(section, name).map(body -> body.path(EXTENSIONS)).orElseGet(Json::array);
    for (JsonNode extension : extensions) {
      String directory = extension.path("extension").path(DATA_DIRECTORY).asText();
      if (extension.path("name").asText().equals(NAME) && directory.equals(id(dataDirectory))) {
        return true;
      }
    }
    return false;
  }
}
