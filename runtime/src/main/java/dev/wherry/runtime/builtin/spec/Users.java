package dev.wherry.runtime.builtin.spec;

import dev.wherry.proto.cri.v1.LinuxContainerSecurityContext;
import dev.wherry.proto.cri.v1.SupplementalGroupsPolicy;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Who a container runs as: what the pod says, else the image, looked up in the image's files. */
final class Users {
  private static final long ID_MAX = 0xFFFF_FFFEL;

  private record Account(String name, long uid, long gid) {}

  private final List<String> passwd;
  private final List<String> group;

  private Users(List<String> passwd, List<String> group) {
    this.passwd = passwd;
    this.group = group;
  }

  /**
   * The user.
   *
   * @param imageUser {@code user[:group]}, empty for root
   * @throws IllegalArgumentException for a name the image does not know, or a group without a user
   */
  static OciUser of(LinuxContainerSecurityContext wanted, String imageUser, Path root)
      throws IOException {
    Users users =
        new Users(RootFiles.lines(root, "/etc/passwd"), RootFiles.lines(root, "/etc/group"));
    OciUser user = users.base(wanted, imageUser);
    if (wanted.getSupplementalGroupsPolicy() != SupplementalGroupsPolicy.Strict) {
      user = user.plus(users.groupsOf(user.uid()));
    }
    return user.plus(wanted.getSupplementalGroupsList());
  }

  private OciUser base(LinuxContainerSecurityContext wanted, String imageUser) {
    String text = wanted.getRunAsUsername();
    if (text.isEmpty() && wanted.hasRunAsUser()) {
      text = Long.toString(wanted.getRunAsUser().getValue());
    }
    if (text.isEmpty()) {
      text = imageUser;
    }
    if (text.isEmpty() && wanted.hasRunAsGroup()) {
      throw new IllegalArgumentException("run_as_group without a user");
    }
    String[] parts = text.split(":", 2);
    Account account = account(parts[0]);
    long gid = account.gid();
    if (wanted.hasRunAsGroup()) {
      gid = wanted.getRunAsGroup().getValue();
    } else if (parts.length == 2) {
      gid = gid(parts[1]);
    }
    return new OciUser(account.uid(), gid, List.of(gid));
  }

  private Account account(String name) {
    if (name.isEmpty()) {
      return accountOf(0).orElse(new Account("root", 0, 0));
    }
    Optional<Long> number = number(name);
    for (String line : passwd) {
      Optional<Account> account = parse(line);
      if (account.isPresent() && account.get().name().equals(name)) {
        return account.get();
      }
    }
    long uid =
        number.orElseThrow(() -> new IllegalArgumentException("no user " + name + " in the image"));
    return accountOf(uid).orElse(new Account("", uid, 0));
  }

  private Optional<Account> accountOf(long uid) {
    return passwd.stream()
        .map(Users::parse)
        .flatMap(Optional::stream)
        .filter(a -> a.uid() == uid)
        .findFirst();
  }

  // name:password:uid:gid:...
  private static Optional<Account> parse(String line) {
    String[] fields = line.split(":", -1);
    if (fields.length < 4) {
      return Optional.empty();
    }
    Optional<Long> uid = number(fields[2]);
    Optional<Long> gid = number(fields[3]);
    return uid.isPresent() && gid.isPresent()
        ? Optional.of(new Account(fields[0], uid.get(), gid.get()))
        : Optional.empty();
  }

  // name:password:gid:member,member
  private long gid(String name) {
    for (String line : group) {
      String[] fields = line.split(":", -1);
      if (fields.length >= 3 && fields[0].equals(name) && number(fields[2]).isPresent()) {
        return number(fields[2]).get();
      }
    }
    return number(name)
        .orElseThrow(() -> new IllegalArgumentException("no group " + name + " in the image"));
  }

  private List<Long> groupsOf(long uid) {
    Optional<Account> account = accountOf(uid);
    var gids = new ArrayList<Long>();
    for (String line : group) {
      String[] fields = line.split(":", -1);
      if (account.isPresent()
          && fields.length >= 4
          && List.of(fields[3].split(",", -1)).contains(account.get().name())) {
        number(fields[2]).ifPresent(gids::add);
      }
    }
    return gids;
  }

  private static Optional<Long> number(String text) {
    if (!text.matches("\\d{1,10}")) {
      return Optional.empty();
    }
    long number = Long.parseLong(text);
    return number <= ID_MAX ? Optional.of(number) : Optional.empty();
  }
}
