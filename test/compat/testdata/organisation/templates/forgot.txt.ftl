Hello,

${changePasswordId}
