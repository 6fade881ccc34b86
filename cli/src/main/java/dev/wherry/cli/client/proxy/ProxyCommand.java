package dev.wherry.cli.client.proxy;

import dev.wherry.cli.client.failure.ClientException;
import dev.wherry.cli.client.verb.ClientCommand;
import dev.wherry.cli.client.verb.Session;
import dev.wherry.cli.client.verb.Streams;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code wherry proxy}: until it is interrupted. */
@Command(
    name = "proxy",
    description = "Serve the API on a local port, without TLS and as this user.",
    mixinStandardHelpOptions = true)
public final class ProxyCommand extends ClientCommand {
  private static final int PORT = 8_001;

  @Option(
      names = {"-p", "--port"},
      description = "The port; 0 for any that is free.")
  private int port = PORT;

  @Option(names = "--address", description = "The address to listen on.")
  private String address = "127.0.0.1";

  @Option(
      names = {"-u", "--unix-socket"},
      description = "A Unix socket in place of a port.")
  private String unixSocket = "";

  @Option(names = "--api-prefix", description = "What stands before the API's paths.")
  private String apiPrefix = "/";

  @Option(
      names = {"-w", "--www"},
      description = "A folder whose files are served too.")
  private String www = "";

  @Option(
      names = {"-P", "--www-prefix"},
      description = "What stands before the paths of files.")
  private String wwwPrefix = "/static/";

  @Option(names = "--accept-paths", description = "Paths to pass on.")
  private String acceptPaths = RequestFilter.ACCEPT_PATHS;

  @Option(names = "--reject-paths", description = "Paths not to pass on, whatever else is said.")
  private String rejectPaths = RequestFilter.REJECT_PATHS;

  @Option(names = "--accept-hosts", description = "Names by which one may call it.")
  private String acceptHosts = RequestFilter.ACCEPT_HOSTS;

  @Option(names = "--reject-methods", description = "Methods not to pass on.")
  private String rejectMethods = RequestFilter.REJECT_METHODS;

  @Option(
      names = "--disable-filter",
      arity = "0..1",
      fallbackValue = "true",
      description = "Pass everything on; any page that a browser shows may call it then.")
  private boolean filterDisabled;

  @Option(
      names = "--append-server-path",
      arity = "0..1",
      fallbackValue = "true",
      description = "Put the path of the server's URL before each.")
  private boolean appendServerPath;

  @Option(names = "--keepalive", hidden = true)
  private String keepalive = "";

  public ProxyCommand(Streams streams) {
    super(streams);
  }

  @Override
  protected int run(Session session) {
    if (filterDisabled && unixSocket.isEmpty()) {
      streams()
          .err()
          .println(
              "Request filter disabled, your proxy is vulnerable to XSRF attacks, please be cautious");
    }
    ApiProxy proxy =
        new ApiProxy(
            session.rawLink(),
            filterDisabled ? Optional.empty() : Optional.of(filter()),
            new ApiProxy.Paths(
                slashed(apiPrefix),
                slashed(wwwPrefix),
                www.isEmpty() ? Optional.empty() : Optional.of(new LocalFiles(Path.of(www))),
                appendServerPath));
    try (ServerSocketChannel listener = listen()) {
      streams().out().println("Starting to serve on " + where(listener));
      streams().out().flush();
      proxy.serve(listener);
      return 0;
    } catch (ClosedChannelException e) {
      // Interrupted, which is how it ends.
      return 0;
    } catch (IOException e) {
      throw ClientException.error(String.valueOf(e.getMessage()));
    }
  }

  private RequestFilter filter() {
    return new RequestFilter(
        RequestFilter.patterns(acceptPaths),
        RequestFilter.patterns(rejectPaths),
        RequestFilter.patterns(acceptHosts),
        RequestFilter.patterns(rejectMethods));
  }

  private static String slashed(String prefix) {
    String begun = prefix.startsWith("/") ? prefix : "/" + prefix;
    return begun.endsWith("/") ? begun : begun + "/";
  }

  private ServerSocketChannel listen() throws IOException {
    if (!unixSocket.isEmpty()) {
      Path path = Path.of(unixSocket);
      if (Files.exists(path) && !Files.isRegularFile(path) && !Files.isDirectory(path)) {
        Files.delete(path);
      }
      ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
      listener.bind(UnixDomainSocketAddress.of(path));
      Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwx------"));
      return listener;
    }
    ServerSocketChannel listener = ServerSocketChannel.open();
    try {
      listener.setOption(StandardSocketOptions.SO_REUSEADDR, true);
      return listener.bind(new InetSocketAddress(address, port));
    } catch (IOException e) {
      listener.close();
      throw new IOException(
          "listen tcp %s:%d: bind: %s".formatted(address, port, e.getMessage()), e);
    }
  }

  private String where(ServerSocketChannel listener) throws IOException {
    return listener.getLocalAddress() instanceof InetSocketAddress bound
        ? bound.getAddress().getHostAddress() + ":" + bound.getPort()
        : unixSocket;
  }
}
