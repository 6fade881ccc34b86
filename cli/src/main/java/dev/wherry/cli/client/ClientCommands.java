package dev.wherry.cli.client;

import dev.wherry.cli.client.access.AuthCommands;
import dev.wherry.cli.client.access.CertificateCommands;
import dev.wherry.cli.client.attach.AttachCommand;
import dev.wherry.cli.client.attach.RunCommand;
import dev.wherry.cli.client.change.AnnotateCommand;
import dev.wherry.cli.client.change.LabelCommand;
import dev.wherry.cli.client.change.PatchCommand;
import dev.wherry.cli.client.change.ReplaceCommand;
import dev.wherry.cli.client.change.ScaleCommand;
import dev.wherry.cli.client.change.TaintCommand;
import dev.wherry.cli.client.copy.CopyCommand;
import dev.wherry.cli.client.create.AutoscaleCommand;
import dev.wherry.cli.client.create.CreateGenerators;
import dev.wherry.cli.client.create.ExposeCommand;
import dev.wherry.cli.client.debug.DebugCommand;
import dev.wherry.cli.client.diff.DiffCommand;
import dev.wherry.cli.client.edit.EditCommand;
import dev.wherry.cli.client.fit.FitCommand;
import dev.wherry.cli.client.forward.PortForwardCommand;
import dev.wherry.cli.client.forward.TunnelCommand;
import dev.wherry.cli.client.info.ApiVersionsCommand;
import dev.wherry.cli.client.info.ClusterInfoCommand;
import dev.wherry.cli.client.info.EventsCommand;
import dev.wherry.cli.client.node.CordonCommand;
import dev.wherry.cli.client.node.DrainCommand;
import dev.wherry.cli.client.node.UncordonCommand;
import dev.wherry.cli.client.plugin.PluginCommands;
import dev.wherry.cli.client.proxy.ProxyCommand;
import dev.wherry.cli.client.rollout.RolloutCommands;
import dev.wherry.cli.client.set.SetCommands;
import dev.wherry.cli.client.verb.Streams;
import dev.wherry.cli.client.wait.WaitCommand;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** The verbs of kubectl by name; a verb's class is loaded when it is asked for. */
public final class ClientCommands {
  private static final List<String> NAMES =
      List.of(
          "get",
          "describe",
          "explain",
          "apply",
          "create",
          "delete",
          "edit",
          "patch",
          "replace",
          "diff",
          "label",
          "annotate",
          "set",
          "scale",
          "autoscale",
          "expose",
          "run",
          "rollout",
          "wait",
          "logs",
          "events",
          "why",
          "fit",
          "top",
          "exec",
          "attach",
          "cp",
          "port-forward",
          "tunnel",
          "proxy",
          "debug",
          "cordon",
          "uncordon",
          "drain",
          "taint",
          "auth",
          "certificate",
          "config",
          "api-resources",
          "api-versions",
          "cluster-info",
          "plugin");

  private ClientCommands() {}

  /** In the order of the help text. */
  public static List<String> names() {
    return NAMES;
  }

  /** What makes the command; none when there is no such verb. */
  public static Optional<Supplier<Object>> find(String name, Streams streams) {
    return reading(name, streams)
        .or(() -> changing(name, streams))
        .or(() -> operating(name, streams));
  }

  private static Optional<Supplier<Object>> reading(String name, Streams streams) {
    return Optional.ofNullable(
        switch (name) {
          case "get" -> () -> new GetCommand(streams);
          case "describe" -> () -> new DescribeCommand(streams);
          case "explain" -> () -> new ExplainCommand(streams);
          case "logs" -> () -> new LogsCommand(streams);
          case "top" -> () -> TopCommand.command(streams);
          case "why" -> () -> new WhyCommand(streams);
          case "fit" -> () -> new FitCommand(streams);
          case "events" -> () -> new EventsCommand(streams);
          case "diff" -> () -> new DiffCommand(streams);
          case "wait" -> () -> new WaitCommand(streams);
          case "config" -> () -> new ConfigCommand(streams);
          case "api-resources" -> () -> new ApiResourcesCommand(streams);
          case "api-versions" -> () -> new ApiVersionsCommand(streams);
          case "cluster-info" -> () -> ClusterInfoCommand.command(streams);
          case "auth" -> () -> AuthCommands.command(streams);
          default -> null;
        });
  }

  private static Optional<Supplier<Object>> changing(String name, Streams streams) {
    return Optional.ofNullable(
        switch (name) {
          case "apply" -> () -> new ApplyCommand(streams);
          case "create" -> () -> CreateGenerators.command(streams);
          case "delete" -> () -> new DeleteCommand(streams);
          case "edit" -> () -> new EditCommand(streams);
          case "patch" -> () -> new PatchCommand(streams);
          case "replace" -> () -> new ReplaceCommand(streams);
          case "label" -> () -> new LabelCommand(streams);
          case "annotate" -> () -> new AnnotateCommand(streams);
          case "set" -> () -> SetCommands.command(streams);
          case "scale" -> () -> new ScaleCommand(streams);
          case "autoscale" -> () -> new AutoscaleCommand(streams);
          case "expose" -> () -> new ExposeCommand(streams);
          case "rollout" -> () -> RolloutCommands.command(streams);
          default -> null;
        });
  }

  private static Optional<Supplier<Object>> operating(String name, Streams streams) {
    return Optional.ofNullable(
        switch (name) {
          case "exec" -> () -> new ExecCommand(streams);
          case "attach" -> () -> new AttachCommand(streams);
          case "run" -> () -> new RunCommand(streams);
          case "cp" -> () -> new CopyCommand(streams);
          case "port-forward" -> () -> new PortForwardCommand(streams);
          case "tunnel" -> () -> new TunnelCommand(streams);
          case "proxy" -> () -> new ProxyCommand(streams);
          case "debug" -> () -> new DebugCommand(streams);
          case "cordon" -> () -> new CordonCommand(streams);
          case "uncordon" -> () -> new UncordonCommand(streams);
          case "drain" -> () -> new DrainCommand(streams);
          case "taint" -> () -> new TaintCommand(streams);
          case "plugin" -> () -> PluginCommands.command(streams);
          case "certificate" -> () -> CertificateCommands.command(streams);
          default -> null;
        });
  }
}
