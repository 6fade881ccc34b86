package dev.wherry.scheduler.view;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Nodes by their places. A change copies one piece and the list of pieces, and what two tables
 * share is not looked at when they are compared.
 */
final class NodeTable {
  static final NodeTable EMPTY = new NodeTable(new NodeView[0][], 0);

  private static final int PIECE_BITS = 6;
  private static final int PIECE_NODES = 1 << PIECE_BITS;

  private final NodeView[][] pieces;
  private final int size;

  private NodeTable(NodeView[][] pieces, int size) {
    this.pieces = pieces;
    this.size = size;
  }

  int size() {
    return size;
  }

  NodeView at(int place) {
    return pieces[place >>> PIECE_BITS][place & PIECE_NODES - 1];
  }

  NodeTable with(int place, NodeView node) {
    NodeView[][] changed = pieces.clone();
    NodeView[] piece = changed[place >>> PIECE_BITS].clone();
    piece[place & PIECE_NODES - 1] = node;
    changed[place >>> PIECE_BITS] = piece;
    return new NodeTable(changed, size);
  }

  /** With this node behind all. */
  NodeTable and(NodeView node) {
    int last = size >>> PIECE_BITS;
    NodeView[][] more = Arrays.copyOf(pieces, last + 1);
    int within = size & PIECE_NODES - 1;
    NodeView[] piece = within == 0 ? new NodeView[1] : Arrays.copyOf(more[last], within + 1);
    piece[within] = node;
    more[last] = piece;
    return new NodeTable(more, size + 1);
  }

  NodeTable withoutLast() {
    int last = size - 1 >>> PIECE_BITS;
    int within = size - 1 & PIECE_NODES - 1;
    NodeView[][] fewer = Arrays.copyOf(pieces, within == 0 ? last : last + 1);
    if (within > 0) {
      fewer[last] = Arrays.copyOf(fewer[last], within);
    }
    return new NodeTable(fewer, size - 1);
  }

  /** Places in ascending order where the other has another object or only one has any. */
  @SuppressWarnings("ReferenceEquality") // Views are immutable and shared as long as they hold.
  int[] differences(NodeTable other) {
    if (this == other) {
      return new int[0];
    }
    IntStream.Builder places = IntStream.builder();
    int count = Math.max(pieces.length, other.pieces.length);
    for (int i = 0; i < count; i++) {
      NodeView[] mine = i < pieces.length ? pieces[i] : new NodeView[0];
      NodeView[] theirs = i < other.pieces.length ? other.pieces[i] : new NodeView[0];
      if (mine == theirs) {
        continue;
      }
      for (int j = 0; j < Math.max(mine.length, theirs.length); j++) {
        if (j >= mine.length || j >= theirs.length || mine[j] != theirs[j]) {
          places.add((i << PIECE_BITS) + j);
        }
      }
    }
    return places.build().toArray();
  }
}
