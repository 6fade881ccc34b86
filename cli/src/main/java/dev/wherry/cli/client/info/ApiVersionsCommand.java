package dev.wherry.cli.client.info;

import dev.wherry.cli.client.discovery.ResourceType;
import dev.wherry.cli.client.failure.ClientException;
import dev.wherry.cli.client.verb.ClientCommand;
import dev.wherry.cli.client.verb.Session;
import dev.wherry.cli.client.verb.Streams;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code wherry api-versions}. */
@Command(
    name = "api-versions",
    description = "Print the API versions the server has.",
    mixinStandardHelpOptions = true)
public final class ApiVersionsCommand extends ClientCommand {
  @Parameters(arity = "0..*", hidden = true)
  private List<String> words = List.of();

  public ApiVersionsCommand(Streams streams) {
    super(streams);
  }

  @Override
  protected int run(Session session) {
    if (!words.isEmpty()) {
      throw ClientException.error(
          "unexpected arguments: %s\nSee 'wherry api-versions -h' for help and examples"
              .formatted(words.toString().replace(",", "")));
    }
    session.discovery().current().stream()
        .map(ResourceType::apiVersion)
        .distinct()
        .sorted()
        .forEach(streams().out()::println);
    return 0;
  }
}
