package dev.geminibatch.line;

/**
 * A place in a request, {@code request.contents[0].parts[2]}, put into words when it is reported.
 */
record Place(Place parent, String field, int index) {
  /** Of a request whose fields are those of the line. */
  static final Place LINE = of("");

  static Place of(String field) {
    return new Place(null, field, -1);
  }

  Place field(String name) {
    return new Place(this, name, -1);
  }

  Place element(int number) {
    return new Place(this, null, number);
  }

  @Override
  public String toString() {
    if (parent == null) {
      return field;
    }
    if (field == null) {
      return parent + "[" + index + "]";
    }
    return parent == LINE ? field : parent + "." + field;
  }
}
