select target, username, state from targets order by target
