//! School boards (bevoegde gezagen): everybody signed in can look them up.

use actix_web::{get, web};
use naast_domain::directory::BoardNumber;
use naast_persistence::directory::{self, Board};
use serde::Serialize;
use utoipa::ToSchema;

use crate::answer::Answer;
use crate::caller::Caller;
use crate::contract::Path;
use crate::page_of;
use crate::paging::{PageQuery, Paging};
use crate::platform::Platform;
use crate::problem::Error;

/// A school board.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({ "boardNumber": "41775", "name": null }))]
pub struct BoardView {
    /// Its number.
    pub board_number: BoardNumber,
    /// Its name; null where it is not known, because the published list of schools gives only numbers.
    pub name: Option<String>,
}

impl From<Board> for BoardView {
    fn from(board: Board) -> Self {
        Self { board_number: board.number, name: board.name }
    }
}

page_of! {
    /// A page of boards, by number.
    BoardPage of BoardView
}

/// List boards.
#[utoipa::path(
    operation_id = "listBoards",
    tag = "directory",
    security(("person" = []), ("client" = ["directory:read"])),
    params(PageQuery),
    responses((status = 200, description = "A page", body = BoardPage)),
)]
#[get("/boards")]
pub async fn list_boards(
    platform: web::Data<Platform>,
    caller: Caller,
    paging: Paging,
) -> Result<BoardPage, Error> {
    let after = paging.after(|number| BoardNumber::parse(number).ok())?;
    let size = paging.size();
    platform
        .read(caller.0, move |cx| {
            let slice = directory::boards(cx.db, size, after.as_ref())?;
            let last = slice.items.last().filter(|_| slice.more);
            let next_cursor = last.map(|board| paging.write(board.number.as_str()));
            Ok(BoardPage { data: slice.items.into_iter().map(BoardView::from).collect(), next_cursor })
        })
        .await
}

/// Get a board.
#[utoipa::path(
    operation_id = "getBoard",
    tag = "directory",
    security(("person" = []), ("client" = ["directory:read"])),
    params(("boardNumber" = BoardNumber, Path, description = "The board")),
    responses((status = 200, description = "The board", body = BoardView)),
)]
#[get("/boards/{boardNumber}")]
pub async fn get_board(
    platform: web::Data<Platform>,
    caller: Caller,
    Path(number): Path<BoardNumber>,
) -> Result<Answer<BoardView>, Error> {
    platform
        .read(caller.0, move |cx| {
            let board = directory::board(cx.db, &number)?.ok_or(Error::NotFound)?;
            Ok(Answer::found(board.into()))
        })
        .await
}
