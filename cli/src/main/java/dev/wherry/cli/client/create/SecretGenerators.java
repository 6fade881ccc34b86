package dev.wherry.cli.client.create;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.cli.client.failure.ClientException;
import dev.wherry.cli.client.print.GoJson;
import dev.wherry.cli.client.verb.Session;
import dev.wherry.cli.client.verb.Streams;
import dev.wherry.model.json.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The generators of secrets of a type. */
final class SecretGenerators {
  private SecretGenerators() {}

  /** {@code create secret tls}. */
  @Command(
      name = "tls",
      description = "Create a secret of a certificate and its key.",
      mixinStandardHelpOptions = true)
  static final class OfTls extends Generator {
    @Option(names = "--cert", description = "File of the certificate (PEM).")
    private String certificate = "";

    @Option(names = "--key", description = "File of the key (PEM).")
    private String key = "";

    OfTls(Streams streams) {
      super(streams);
    }

    @Override
    String failure() {
      return "failed to create secret ";
    }

    @Override
    ObjectNode object(Session session) {
      String name = name();
      if (certificate.isEmpty() || key.isEmpty()) {
        throw ClientException.error("key and cert must be specified");
      }
      Map<String, byte[]> data = new TreeMap<>();
      data.put("tls.crt", read(certificate));
      data.put("tls.key", read(key));
      return Generated.secret(name, "kubernetes.io/tls", data);
    }

    private static byte[] read(String file) {
      try {
        return Files.readAllBytes(Path.of(file));
      } catch (IOException e) {
        throw ClientException.error(
            "Cannot read file %s, open %s: no such file or directory".formatted(file, file));
      }
    }
  }

  /** {@code create secret docker-registry}. */
  @Command(
      name = "docker-registry",
      description = "Create a secret for pulling images.",
      mixinStandardHelpOptions = true)
  static final class OfRegistry extends Generator {
    private static final String KEY = ".dockerconfigjson";

    /** What docker itself calls its registry. */
    private static final String DEFAULT_SERVER = "https://index.docker.io/v1/";

    @Option(names = "--docker-server", description = "The registry.")
    private String server = DEFAULT_SERVER;

    @Option(names = "--docker-username", description = "The user.")
    private String user = "";

    @Option(names = "--docker-password", description = "The password.")
    private String password = "";

    @Option(names = "--docker-email", description = "The mail address.")
    private String mail = "";

    @Option(names = "--from-file", split = ",", description = "A docker config file.")
    private List<String> files = List.of();

    OfRegistry(Streams streams) {
      super(streams);
    }

    @Override
    String failure() {
      return "failed to create secret ";
    }

    @Override
    ObjectNode object(Session session) {
      String name = name();
      String type = "kubernetes.io/dockerconfigjson";
      if (!files.isEmpty()) {
        DataFlags data = new DataFlags();
        List<String> keyed = new ArrayList<>();
        files.forEach(file -> keyed.add(file.indexOf('=') < 0 ? KEY + "=" + file : file));
        data.files(keyed);
        return Generated.secret(name, type, data.data());
      }
      if (user.isEmpty() || password.isEmpty() || server.isEmpty()) {
        throw ClientException.error(
            "either --from-file or the combination of --docker-username, --docker-password and"
                + " --docker-server is required");
      }
      return Generated.secret(name, type, Map.of(KEY, config().getBytes(StandardCharsets.UTF_8)));
    }

    /** The fields in the order in which Go writes its struct. */
    private String config() {
      byte[] pair = (user + ":" + password).getBytes(StandardCharsets.UTF_8);
      StringBuilder fields = new StringBuilder();
      add(fields, "username", user);
      add(fields, "password", password);
      if (!mail.isEmpty()) {
        add(fields, "email", mail);
      }
      add(fields, "auth", Base64.getEncoder().encodeToString(pair));
      return "{\"auths\":{" + GoJson.compact(Json.text(server)) + ":{" + fields + "}}}";
    }

    private static void add(StringBuilder fields, String name, String value) {
      fields
          .append(fields.isEmpty() ? "" : ",")
          .append('"')
          .append(name)
          .append("\":")
          .append(GoJson.compact(Json.text(value)));
    }
  }
}
