package dev.geminibatch.ledger;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** A query; it is executed when its rows are asked for, once. */
final class Query extends BoundStatement<Query> {
  Query(Handle.Statements statements, String sql) {
    super(statements, sql);
  }

  @Override
  Query self() {
    return this;
  }

  /** Makes something of a row. */
  @FunctionalInterface
  interface Mapper<T> {
    T of(Row row) throws SQLException;
  }

  /** Each row as something. */
  <T> Found<T> map(Mapper<T> mapper) {
    return new Found<>(mapper);
  }

  /** The first column of each row: text, an integer or a number; null where it holds nothing. */
  <T> Found<T> mapTo(Class<T> type) {
    return new Found<>(row -> type.cast(column(row.result(), type)));
  }

  private static Object column(ResultSet row, Class<?> type) throws SQLException {
    if (type == String.class) {
      return row.getString(1);
    }
    Object value;
    if (type == Integer.class) {
      value = row.getInt(1);
    } else if (type == Long.class) {
      value = row.getLong(1);
    } else if (type == Double.class) {
      value = row.getDouble(1);
    } else {
      throw new IllegalArgumentException(type.toString());
    }
    return row.wasNull() ? null : value;
  }

  /** What a query finds. */
  final class Found<T> {
    private final Mapper<T> mapper;

    private Found(Mapper<T> mapper) {
      this.mapper = mapper;
    }

    /** Gives the rows one after the other, none of which is kept. */
    void forEach(Consumer<T> taker) {
      read(Long.MAX_VALUE, taker);
    }

    private void read(long most, Consumer<T> taker) {
      try (ResultSet rows = statement().executeQuery()) {
        Row row = new Row(rows, columns());
        for (long i = 0; i < most && rows.next(); i++) {
          taker.accept(mapper.of(row));
        }
      } catch (SQLException e) {
        throw failed(e);
      } finally {
        end();
      }
    }

    private List<T> list(long most) {
      List<T> list = new ArrayList<>();
      read(most, list::add);
      return list;
    }

    /** All of them. */
    List<T> list() {
      return list(Long.MAX_VALUE);
    }

    /** All of them, read already. */
    Stream<T> stream() {
      return list().stream();
    }

    /** The first row, if there is one that is something. */
    Optional<T> findFirst() {
      List<T> first = list(1);
      return first.isEmpty() ? Optional.empty() : Optional.ofNullable(first.get(0));
    }

    /** The only row, if there is one that is something. */
    Optional<T> findOne() {
      List<T> rows = list(2);
      if (rows.size() > 1) {
        throw new IllegalStateException("Several rows where there is one at most");
      }
      return rows.isEmpty() ? Optional.empty() : Optional.ofNullable(rows.get(0));
    }

    /** The only row. */
    T one() {
      List<T> rows = list(2);
      if (rows.size() != 1) {
        throw new IllegalStateException((rows.isEmpty() ? "No row" : "Several rows") + " of one");
      }
      return rows.get(0);
    }
  }
}
