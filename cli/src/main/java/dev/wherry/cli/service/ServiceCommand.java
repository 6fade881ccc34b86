package dev.wherry.cli.service;

import dev.wherry.kubelet.config.NodeSettings;
import dev.wherry.kubelet.resource.HostFigures;
import dev.wherry.machinery.pki.PrivateFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code wherry service}: a server or agent that systemd starts with the machine. */
@Command(
    name = "service",
    description = "Run a server or agent as a service of systemd.",
    mixinStandardHelpOptions = true)
public final class ServiceCommand {
  private static final Set<String> ROLES = Set.of("server", "agent");
  private static final String TOKEN = "--token";

  @Option(
      names = "--name",
      description = "The unit's name (default: ${DEFAULT-VALUE}).",
      defaultValue = "wherry",
      scope = picocli.CommandLine.ScopeType.INHERIT)
  private String name = "wherry";

  @Option(
      names = "--root",
      hidden = true,
      defaultValue = "/",
      scope = picocli.CommandLine.ScopeType.INHERIT)
  private Path root = Path.of("/");

  @Command(
      name = "install",
      description = "Write the unit, enable it and start it.",
      mixinStandardHelpOptions = true)
  int install(
      @Option(names = "--no-start", description = "Only write the unit.") boolean noStart,
      @Parameters(paramLabel = "ROLE", description = "server or agent.") String role,
      @Parameters(
              index = "1..*",
              arity = "0..*",
              paramLabel = "ARGS",
              description = "The role's own flags, after --.")
          String... flags)
      throws IOException, InterruptedException {
    if (!ROLES.contains(role)) {
      throw new IOException("'" + role + "' is no role; write server or agent");
    }
    var arguments = new ArrayList<String>();
    String token = split(flags == null ? List.of() : Arrays.asList(flags), arguments);
    Path home = Path.of(System.getProperty("wherry.home", "")).toAbsolutePath();
    Path secrets = Path.of("/etc/wherry", name + ".env");
    if (!token.isEmpty()) {
      writeSecret(secrets, "WHERRY_TOKEN=" + token + "\n");
    }
    Unit unit =
        new Unit(
            home.resolve("bin/wherry"),
            Path.of(System.getProperty("java.home")),
            role,
            arguments,
            secrets,
            NodeSettings.reservedBytes(HostFigures.memoryBytes()));
    Path file = unitFile();
    Files.createDirectories(file.getParent());
    Files.writeString(file, unit.text());
    System.out.println("wrote " + file);
    if (!noStart) {
      systemctl("daemon-reload");
      systemctl("enable", "--now", name + ".service");
      System.out.println(name + ".service runs: systemctl status " + name);
    }
    return 0;
  }

  /** A token is no word for a file that everybody reads. */
  private static String split(List<String> flags, List<String> arguments) throws IOException {
    String token = "";
    for (int i = 0; i < flags.size(); i++) {
      String flag = flags.get(i);
      if (flag.startsWith(TOKEN + "=")) {
        token = flag.substring(TOKEN.length() + 1);
      } else if (flag.equals(TOKEN)) {
        if (++i == flags.size()) {
          throw new IOException("--token needs a token");
        }
        token = flags.get(i);
      } else {
        arguments.add(flag);
      }
    }
    return token;
  }

  private void writeSecret(Path secrets, String text) throws IOException {
    Path file = below(secrets);
    Files.createDirectories(file.getParent());
    PrivateFiles.writeSecret(file, text);
  }

  @Command(
      name = "uninstall",
      description = "Stop the unit and remove it; its pods go on running.",
      mixinStandardHelpOptions = true)
  int uninstall() throws IOException, InterruptedException {
    Path file = unitFile();
    if (!Files.exists(file)) {
      throw new IOException("there is no " + file + "; give the --name of the unit");
    }
    systemctl("disable", "--now", name + ".service");
    Files.delete(file);
    Files.deleteIfExists(below(Path.of("/etc/wherry", name + ".env")));
    systemctl("daemon-reload");
    System.out.println("removed " + file);
    return 0;
  }

  private Path unitFile() throws IOException {
    if (!name.matches("[A-Za-z0-9_.-]{1,200}")) {
      throw new IOException("'" + name + "' is no unit's name: letters, digits, '.', '_' and '-'");
    }
    return below(Path.of("/etc/systemd/system", name + ".service"));
  }

  private Path below(Path absolute) {
    return root.resolve(absolute.toString().substring(1));
  }

  private static void systemctl(String... words) throws IOException, InterruptedException {
    var command = new ArrayList<>(List.of("systemctl"));
    command.addAll(Arrays.asList(words));
    Process process;
    try {
      process = new ProcessBuilder(command).redirectErrorStream(true).start();
    } catch (IOException e) {
      throw new IOException("no systemctl here: this machine is not run by systemd", e);
    }
    process.getOutputStream().close();
    String said =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    if (process.waitFor() != 0) {
      throw new IOException(String.join(" ", command) + ": " + said);
    }
  }
}
