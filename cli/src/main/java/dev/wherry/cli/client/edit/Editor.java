package dev.wherry.cli.client.edit;

import dev.wherry.cli.client.failure.ClientException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The user's editor: KUBE_EDITOR, else EDITOR, else vi. What the variable says is run by the shell
 * when it has quotes or variables of its own, as upstream does.
 */
public final class Editor {
  private static final List<String> VARIABLES = List.of("KUBE_EDITOR", "EDITOR");
  private static final String DEFAULT = "vi";
  private static final String DEFAULT_SHELL = "/bin/bash";

  private final Map<String, String> environment;

  public Editor(Map<String, String> environment) {
    this.environment = environment;
  }

  /**
   * Writes a text to a file of its own that nobody else reads.
   *
   * @param ending such as {@code .yaml}
   */
  public Path draft(String text, String ending) {
    try {
      Path file =
          Files.createTempFile(
              "wherry-edit-",
              ending,
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      return Files.writeString(file, text);
    } catch (IOException e) {
      throw ClientException.error("cannot write a file to edit: " + e.getMessage());
    }
  }

  /**
   * Opens the editor on a file and waits for its end.
   *
   * @throws ClientException when it cannot be started or fails
   */
  public void open(Path file) {
    String editor = editor();
    try {
      Process process = new ProcessBuilder(command(editor, file)).inheritIO().start();
      int code = process.waitFor();
      if (code != 0) {
        throw ClientException.error(
            "there was a problem with the editor \"%s\": exit status %d".formatted(editor, code));
      }
    } catch (IOException e) {
      throw ClientException.error(
          "unable to launch the editor \"" + editor + "\": set KUBE_EDITOR to one that is there");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw ClientException.error("interrupted");
    }
  }

  private String editor() {
    for (String variable : VARIABLES) {
      String value = environment.getOrDefault(variable, "");
      if (!value.isEmpty()) {
        return value;
      }
    }
    return DEFAULT;
  }

  private List<String> command(String editor, Path file) {
    boolean shell = editor.chars().anyMatch(c -> "\"'\\$`|;&<>".indexOf(c) >= 0);
    if (shell) {
      String program = environment.getOrDefault("SHELL", "");
      return List.of(
          program.isEmpty() ? DEFAULT_SHELL : program, "-c", editor + " \"" + file + "\"");
    }
    List<String> words = new ArrayList<>(List.of(editor.strip().split("\\s+")));
    words.add(file.toString());
    return words;
  }
}
