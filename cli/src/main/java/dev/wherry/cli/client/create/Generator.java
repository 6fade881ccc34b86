package dev.wherry.cli.client.create;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.cli.client.failure.ClientException;
import dev.wherry.cli.client.select.Manifest;
import dev.wherry.cli.client.select.Target;
import dev.wherry.cli.client.verb.ClientCommand;
import dev.wherry.cli.client.verb.Session;
import dev.wherry.cli.client.verb.Streams;
import dev.wherry.cli.client.verb.WriteOptions;
import dev.wherry.model.status.ApiException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Makes one object with a name out of flags. */
abstract class Generator extends ClientCommand {
  @Mixin private WriteOptions write = new WriteOptions();

  @Option(names = "--save-config", arity = "0..1", fallbackValue = "true")
  private boolean saveConfig;

  @Parameters(paramLabel = "NAME", arity = "0..*", description = "The object's name.")
  private List<String> names = new ArrayList<>();

  @Spec private @Nullable CommandSpec spec;

  Generator(Streams streams) {
    super(streams);
  }

  /** The one name; what stands behind it is for a subclass. */
  final String name() {
    if (names.isEmpty()) {
      throw ClientException.error(
          "exactly one NAME is required, got 0\nSee '%s -h' for help and examples"
              .formatted(spec == null ? "wherry create" : spec.qualifiedName()));
    }
    return names.getFirst();
  }

  final List<String> behindName() {
    return names.subList(Math.min(1, names.size()), names.size());
  }

  /** Complains of a flag that is missing in kubectl's words. */
  static void requireFlag(String flag, boolean given) {
    if (!given) {
      throw ClientException.error("required flag(s) \"" + flag + "\" not set");
    }
  }

  abstract ObjectNode object(Session session);

  /** Stands before the server's refusal, "" when it is printed as it came. */
  String failure() {
    return "";
  }

  @Override
  protected int run(Session session) {
    ObjectNode object = object(session);
    Target target = session.manifestTargets().of(new Manifest(object.deepCopy(), ""));
    if (session.namespaceForced() && target.type().namespaced()) {
      object.withObject("/metadata").put("namespace", target.namespace());
    }
    try {
      CreateCommand.create(session, streams(), write, target, object, saveConfig);
    } catch (ApiException e) {
      if (failure().isEmpty()) {
        throw e;
      }
      throw ClientException.error(failure() + e.text());
    }
    return 0;
  }
}
