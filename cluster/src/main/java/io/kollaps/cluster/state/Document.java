package io.kollaps.cluster.state;

import com.google.protobuf.ByteString;

/**
 * Something that another room keeps in the replicated state: a row of the capacity map, an
 * experiment, a placement. The state does not look into it.
 *
 * @param room who it belongs to, such as {@code capacity}
 * @param key its name in the room
 * @param version counts its changes, from 1
 * @param content its bytes, in an encoding that the room versions
 */
public record Document(String room, String key, long version, ByteString content) {
  /** Longest content: a command must fit into a message of the replication with room to spare. */
  public static final int MAX_CONTENT_BYTES = 512 * 1024;

  /** Longest room name and longest key. */
  public static final int MAX_NAME_LENGTH = 200;

  /**
   * Name of a document in the state.
   *
   * @param room who it belongs to
   * @param key its name in the room
   */
  public record Key(String room, String key) implements Comparable<Key> {
    @Override
    public int compareTo(Key other) {
      int byRoom = room.compareTo(other.room);
      return byRoom != 0 ? byRoom : key.compareTo(other.key);
    }
  }
}
