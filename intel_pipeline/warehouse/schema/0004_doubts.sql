-- How sure it is which of those who came back had left: until now that was taken for certain.
alter table follower_balance add column let_go_doubt double default 0;
alter table follower_balance add column returned_doubt double default 0;
comment on column follower_balance.let_go_doubt is 'The chance that somebody who was let go had not left.';
comment on column follower_balance.returned_doubt is 'How many of those who are back and were not let go are expected to have left.';
