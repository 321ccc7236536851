"""The core: what the rules mean. Its main difference with the syntax is that every name is resolved, every
expression has a type, and every rule knows its edition and clause. All back ends see the core only."""
