package dev.wherry.cli.kubeconfig;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.model.codec.DecodeException;
import dev.wherry.model.json.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A program that hands out credentials (client.authentication.k8s.io, KEP-541): it reads
 * KUBERNETES_EXEC_INFO and prints an ExecCredential.
 */
public final class ExecPlugin {
  private static final int ANSWER_BYTES_MAX = 1024 * 1024;

  private ExecPlugin() {}

  /**
   * What the kubeconfig says about the program.
   *
   * @param command "" when there is none
   */
  public record Spec(
      String apiVersion,
      String command,
      List<String> arguments,
      Map<String, String> environment,
      String installHint,
      Path folder) {
    public static final Spec NONE = new Spec("", "", List.of(), Map.of(), "", Path.of("."));

    public Spec {
      arguments = List.copyOf(arguments);
      environment = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(environment));
    }

    public boolean present() {
      return !command.isEmpty();
    }
  }

  /** A token, or a certificate with its key; what is absent is "". */
  public record Credentials(String token, String certificatePem, String keyPem) {}

  /**
   * @param folder of the kubeconfig: a relative path with a slash counts from there
   */
  static Spec spec(JsonNode exec, Path folder) {
    if (!exec.isObject()) {
      return Spec.NONE;
    }
    List<String> arguments = new ArrayList<>();
    exec.path("args").forEach(argument -> arguments.add(argument.asText()));
    Map<String, String> environment = new LinkedHashMap<>();
    exec.path("env")
        .forEach(e -> environment.put(e.path("name").asText(), e.path("value").asText()));
    String command = exec.path("command").asText("");
    if (command.contains("/") && !command.startsWith("/")) {
      command = folder.resolve(command).normalize().toString();
    }
    return new Spec(
        exec.path("apiVersion").asText(""),
        command,
        arguments,
        environment,
        exec.path("installHint").asText(""),
        folder);
  }

  /**
   * Runs the program; it may talk to the user on the terminal.
   *
   * @throws KubeconfigException when it cannot be run, fails, or gives nothing usable
   */
  public static Credentials run(Spec spec) {
    List<String> command = new ArrayList<>(List.of(spec.command()));
    command.addAll(spec.arguments());
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectInput(ProcessBuilder.Redirect.INHERIT)
            .redirectError(ProcessBuilder.Redirect.INHERIT);
    builder.environment().putAll(spec.environment());
    builder.environment().put("KUBERNETES_EXEC_INFO", info(spec));
    try {
      Process process = builder.start();
      byte[] answer = process.getInputStream().readNBytes(ANSWER_BYTES_MAX);
      int exit = process.waitFor();
      if (exit != 0) {
        throw new KubeconfigException(
            "getting credentials: exec: executable %s failed with exit code %d"
                .formatted(spec.command(), exit));
      }
      return credentials(spec, answer);
    } catch (IOException e) {
      String hint = spec.installHint().isEmpty() ? "" : "; " + spec.installHint();
      throw new KubeconfigException(
          "getting credentials: exec: executable " + spec.command() + " not found" + hint, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new KubeconfigException("getting credentials: interrupted", e);
    }
  }

  private static String info(Spec spec) {
    ObjectNode info = Json.object();
    info.put("apiVersion", spec.apiVersion()).put("kind", "ExecCredential");
    info.putObject("spec").put("interactive", System.console() != null);
    return new String(Json.write(info), StandardCharsets.UTF_8);
  }

  private static Credentials credentials(Spec spec, byte[] answer) {
    try {
      JsonNode status = Json.parse(answer).path("status");
      Credentials credentials =
          new Credentials(
              status.path("token").asText(""),
              status.path("clientCertificateData").asText(""),
              status.path("clientKeyData").asText(""));
      if (credentials.token().isEmpty() && credentials.certificatePem().isEmpty()) {
        throw new KubeconfigException(
            "getting credentials: exec plugin didn't return a token or cert/key pair");
      }
      return credentials;
    } catch (DecodeException e) {
      throw new KubeconfigException(
          "getting credentials: %s did not print an ExecCredential".formatted(spec.command()), e);
    }
  }
}
