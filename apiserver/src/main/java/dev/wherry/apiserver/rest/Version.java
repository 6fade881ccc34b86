package dev.wherry.apiserver.rest;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.http.Exchange;
import dev.wherry.model.json.Json;

/** {@code /version}: the API level, with Wherry's own version behind the plus. */
public final class Version {
  /** The level of the API. */
  public static final String GIT_VERSION = "v1.36.0+wherry.0.1.0";

  private Version() {}

  /** The fields of version.Info. */
  public static ObjectNode info() {
    return Json.object()
        .put("major", "1")
        .put("minor", "36")
        .put("emulationMajor", "1")
        .put("emulationMinor", "36")
        .put("minCompatibilityMajor", "1")
        .put("minCompatibilityMinor", "35")
        .put("gitVersion", GIT_VERSION)
        .put("gitCommit", "")
        .put("gitTreeState", "clean")
        .put("buildDate", "2026-11-01T00:00:00Z")
        .put("goVersion", "")
        .put("compiler", "javac " + Runtime.version().feature())
        .put("platform", "linux/" + System.getProperty("os.arch").replace("x86_64", "amd64"));
  }

  static void respond(Exchange exchange) {
    exchange.respond(200, Answers.JSON_TYPE, Json.write(info()));
  }
}
