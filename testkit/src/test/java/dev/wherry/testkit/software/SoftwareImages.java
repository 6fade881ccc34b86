package dev.wherry.testkit.software;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

/** The images of these tests, each with one server that a Debian package brings. */
public final class SoftwareImages {
  /** The repository of the image that {@link #nginx} makes; its tag is the version. */
  public static final String NGINX = "debian/nginx:";

  static final String POSTGRES = "debian/postgresql:15";
  static final String REDIS = "debian/redis:7";
  static final String MINIO = "minio/minio:latest";

  private static final Path NGINX_PROGRAM = Path.of("/usr/sbin/nginx");
  private static final Path POSTGRES_HOME = Path.of("/usr/lib/postgresql/15/bin");
  private static final Path REDIS_PROGRAM = Path.of("/usr/bin/redis-server");

  /** Built beside the project from its Go module, where somebody did. */
  private static final Path MINIO_PROGRAM =
      Path.of("../target/tools/minio").toAbsolutePath().normalize();

  private static final List<String> POSTGRES_PROGRAMS =
      List.of("postgres", "initdb", "pg_isready", "psql", "pg_ctl");

  private static final String NGINX_CONF =
      """
      daemon off;
      pid /tmp/nginx.pid;
      error_log /dev/stderr notice;
      worker_processes 2;
      events {}
      http {
        access_log off;
        client_body_temp_path /tmp/body;
        proxy_temp_path /tmp/proxy;
        fastcgi_temp_path /tmp/fastcgi;
        uwsgi_temp_path /tmp/uwsgi;
        scgi_temp_path /tmp/scgi;
        server {
          listen 8080;
          root /var/www;
          location = /healthz { return 200; }
        }
      }
      """;

  private SoftwareImages() {}

  /** Whether the packages are there. */
  public static boolean available() {
    return DebianImage.has(NGINX_PROGRAM)
        && DebianImage.has(POSTGRES_HOME.resolve("postgres"))
        && DebianImage.has(REDIS_PROGRAM);
  }

  static boolean minioAvailable() {
    return Files.isExecutable(MINIO_PROGRAM);
  }

  /** A web server whose page says its version. */
  public static Path nginx(Path folder, String version) throws IOException, InterruptedException {
    return DebianImage.in(Files.createDirectories(folder.resolve("nginx-" + version)))
        .program(NGINX_PROGRAM)
        .text("etc/nginx/nginx.conf", NGINX_CONF)
        .text("var/www/index.html", version)
        .directory("var/log/nginx")
        .save(NGINX + version, List.of("nginx", "-c", "/etc/nginx/nginx.conf"), "SIGQUIT");
  }

  static Path postgres(Path folder) throws IOException, InterruptedException {
    DebianImage image = DebianImage.in(Files.createDirectories(folder.resolve("postgres")));
    for (String program : POSTGRES_PROGRAMS) {
      image.program(POSTGRES_HOME.resolve(program));
    }
    return image
        .files(
            Pattern.compile(
                "/usr/share/postgresql/15/.*|/usr/lib/postgresql/15/lib/(?!llvm)[^/]*\\.so"))
        .save(POSTGRES, List.of(POSTGRES_HOME.resolve("postgres").toString()), "SIGINT");
  }

  static Path redis(Path folder) throws IOException, InterruptedException {
    return DebianImage.in(Files.createDirectories(folder.resolve("redis")))
        .program(REDIS_PROGRAM)
        .program(Path.of("/usr/bin/redis-cli"))
        .save(REDIS, List.of("redis-server"), "SIGTERM");
  }

  static Path minio(Path folder) throws IOException, InterruptedException {
    return DebianImage.in(Files.createDirectories(folder.resolve("minio")))
        .program(MINIO_PROGRAM)
        .save(MINIO, List.of(MINIO_PROGRAM.toString()), "SIGTERM");
  }
}
