-- A school, a board, a partnership is registered once: whose word counts at a school is looked up by its code. A support point only says
-- of which partnership it is, and a partnership may have several.
CREATE UNIQUE INDEX organisations_one_per_school ON organisations (location_code);
CREATE UNIQUE INDEX organisations_one_per_board ON organisations (board_number);
CREATE UNIQUE INDEX organisations_one_per_partnership ON organisations (partnership_code) WHERE kind = 'partnership';
DROP INDEX organisations_by_school;
