package dev.wherry.kubelet.eviction;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashSet;
import java.util.Set;

/** What a tree takes of its disk: blocks and not lengths, each inode once. */
final class TreeSize {
  /** More files than this are not counted at one look; what was counted so far is told. */
  private static final int FILES_MAX = 500_000;

  private final DiskCalls calls;

  TreeSize(DiskCalls calls) {
    this.calls = calls;
  }

  /** Nothing there takes nothing; what goes while one looks is left out. */
  PodUsage.OnDisk of(Path root) {
    Count count = new Count();
    if (Files.isDirectory(root)) {
      try {
        Files.walkFileTree(root, count);
      } catch (IOException e) {
        return count.sum();
      }
    }
    return count.sum();
  }

  private final class Count extends SimpleFileVisitor<Path> {
    private final Set<Long> linked = new HashSet<>();
    private long bytes;
    private long inodes;

    PodUsage.OnDisk sum() {
      return new PodUsage.OnDisk(bytes, inodes);
    }

    @Override
    public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
      return add(directory);
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
      return add(file);
    }

    @Override
    public FileVisitResult visitFileFailed(Path file, IOException failure) {
      return FileVisitResult.CONTINUE;
    }

    private FileVisitResult add(Path path) {
      try {
        DiskCalls.Taken taken = calls.taken(path);
        boolean directory = Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS);
        if (directory || taken.links() <= 1 || linked.add(taken.inode())) {
          bytes += taken.bytes();
          inodes++;
        }
      } catch (IOException _) {
        return FileVisitResult.CONTINUE;
      }
      return inodes < FILES_MAX ? FileVisitResult.CONTINUE : FileVisitResult.TERMINATE;
    }
  }
}
