package dev.wherry.cli.client.copy;

import dev.wherry.cli.client.failure.ClientException;

/**
 * A file here or in a pod: {@code file}, {@code pod:file}, {@code namespace/pod:file}.
 *
 * @param namespace "" for the one in force
 * @param pod "" for a file here
 */
record Place(String namespace, String pod, String file) {
  private static final String MISFIT =
      "filespec must match the canonical format: [[namespace/]pod:]file/path";

  static Place parse(String text) {
    int colon = text.indexOf(':');
    if (colon == 0) {
      throw ClientException.error(MISFIT);
    }
    if (colon < 0) {
      return new Place("", "", trimmed(text));
    }
    String[] where = text.substring(0, colon).split("/", -1);
    String file = trimmed(text.substring(colon + 1).replace('\\', '/'));
    return switch (where.length) {
      case 1 -> new Place("", where[0], file);
      case 2 -> new Place(where[0], where[1], file);
      default -> throw ClientException.error(MISFIT);
    };
  }

  private static String trimmed(String file) {
    return file.length() > 1 && file.endsWith("/") ? file.substring(0, file.length() - 1) : file;
  }

  boolean local() {
    return pod.isEmpty();
  }
}
